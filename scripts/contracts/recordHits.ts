// Runs in every test file of a coverage run: writes the marks its transactions and calls came past, by the file's name.
import { writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

import hre from "hardhat";
import { afterAll, expect } from "vitest";

import { root } from "./builds.ts";

const hits = new Set<string>();

hre.hooks.registerHandlers("network", {
  onCoverageData: async (_context, data) => {
    for (const mark of data) hits.add(mark);
  },
});

afterAll(() => {
  const test = relative(root, expect.getState().testPath!).replaceAll(sep, "/");
  const path = join(process.env["BUSKER_HITS"]!, `${encodeURIComponent(test)}.json`);
  writeFileSync(path, JSON.stringify([...hits]));
});
