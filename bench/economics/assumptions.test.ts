import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { ASSUMPTIONS } from "./assumptions.ts";
import { SPREAD } from "./scenarios.ts";

test("docs/economics.md states the assumptions that the simulation prints", async () => {
  const page = await readFile(new URL("../../docs/economics.md", import.meta.url), "utf8");
  const items = page
    .split("## Assumptions")[1]!
    .split("##")[0]!
    .trim()
    .split(/\n(?=\d)/);
  const plain = (text: string): string => text.replace(/^\d+\. /, "").replace(/\s+/g, " ");
  expect(items.map(plain)).toEqual(ASSUMPTIONS);
});

test("the spread of ideas is the one that the assumptions name", () => {
  expect(ASSUMPTIONS[2]).toContain(`${100 * SPREAD} %`);
});
