import { expect, it } from "vitest";
import { inOrder } from "./inOrder.ts";

/** Takes all results one by one. @returns how many items were begun when each was taken */
async function begunAt(count: number, limit: number, begin?: number): Promise<number[]> {
  let begun = 0;
  const items = Array.from({ length: count }, (_, n) => n);
  const seen: number[] = [];
  const taken: number[] = [];
  for await (const item of inOrder(items, limit, async (n) => (begun++, n), begin)) {
    taken.push(item);
    seen.push(begun);
  }
  expect(taken).toEqual(items);
  return seen;
}

it("keeps so many under way, all at once or more from one result to the next", async () => {
  expect(await begunAt(7, 3)).toEqual([3, 4, 5, 6, 7, 7, 7]);
  expect(await begunAt(12, 4, 1)).toEqual([1, 3, 6, 7, 8, 9, 10, 11, 12, 12, 12, 12]);
  expect(await begunAt(2, 4, 1)).toEqual([1, 2]);
});

it("begins no more once it is left", async () => {
  let begun = 0;
  for await (const _ of inOrder([1, 2, 3], 2, async () => begun++, 1)) break;
  expect(begun).toBe(1);
});
