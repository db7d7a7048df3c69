// Runs in every test file of a coverage run: writes the marks its transactions and calls came past, by the file's name.
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import hre from "hardhat";
import { afterAll, expect } from "vitest";

const hits = new Set<string>();

hre.hooks.registerHandlers("network", {
  onCoverageData: async (_context, data) => {
    for (const mark of data) hits.add(mark);
  },
});

afterAll(() => {
  const test = basename(expect.getState().testPath!);
  writeFileSync(join(process.env["BUSKER_HITS"]!, `${test}.json`), JSON.stringify([...hits]));
});
