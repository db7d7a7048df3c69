import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { vectorFiles } from "./generate.ts";

test("the vector files are what their generator writes", { timeout: 60_000 }, async () => {
  for (const [name, text] of await vectorFiles())
    expect(await readFile(new URL(name, import.meta.url), "utf8"), name).toBe(text);
});
