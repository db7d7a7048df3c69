import { describe, it } from "vitest";

/**
 * Three tests of a verb around a limit: in the second before it, at it, and in the second after it.
 *
 * @param limit what the limit is, as in "when called one second before the deadline"
 * @param before title of the test before the limit
 * @param from title of the tests at the limit and after it
 * @param expectAt the test; gets the seconds to the limit: -1, 0, 1
 */
export function around(
  limit: string,
  before: string,
  from: string,
  expectAt: (offset: number) => Promise<void>,
): void {
  describe.each([
    ["one second before", before, -1],
    ["at", from, 0],
    ["one second after", from, 1],
  ] as const)(`when called %s ${limit}`, (_when, title, offset) => {
    it.each([title])("%s", async () => expectAt(offset));
  });
}
