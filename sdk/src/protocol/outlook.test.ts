import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { nextSteps } from "./nextSteps.ts";
import { Verb, verbsIn } from "./outlook.ts";
import { Failure, Licence, State } from "./states.ts";

/** The names in an enum of the contract, in the order of their numbers. */
async function enumIn(file: string, name: string): Promise<string[]> {
  const source = await readFile(new URL(`../../../contracts/types/${file}.sol`, import.meta.url), "utf8");
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? "";
  return [...body.replaceAll(/\/\/.*/g, "").matchAll(/\w+/g)].map(([word]) => word);
}

test.each([
  ["Outlook", "Verb", Verb],
  ["State", "State", State],
  ["State", "Failure", Failure],
  ["State", "Licence", Licence],
])("%s.sol numbers %s as this does", async (file, name, numbers) => {
  expect(Object.entries(numbers)).toEqual(
    Object.entries(await enumIn(file, name)).map(([n, word]) => [word, Number(n)]),
  );
});

test("verbs are read from their bits, and every one has its words", () => {
  expect(verbsIn(0n)).toEqual([]);
  expect(verbsIn((1n << 4n) | (1n << 21n))).toEqual(["Pledge", "Tip"]);
  const all = verbsIn(2n ** 32n - 1n);
  expect(all).toEqual(Object.keys(Verb));
  for (const { who, what } of nextSteps(all))
    expect(`${who} can ${what}`).toMatch(/^[a-z' ]+ can [a-z ,:']+$/);
});
