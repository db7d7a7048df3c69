// Runs the contract tests on a second EVM, where there is a build of it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findAnvil } from "../test/contracts/support/anvil.ts";

if (findAnvil() === null) {
  console.log(
    `There is no build of anvil for ${process.platform}-${process.arch}: nothing was tested on it.`,
  );
  process.exitCode = process.env["BUSKER_REQUIRE_ALL"] ? 1 : 0;
} else {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "--project", "contracts", ...process.argv.slice(2)],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: "inherit",
      env: { ...process.env, BUSKER_TEST_CHAIN: "anvil" },
    },
  );
  process.exitCode = status ?? 1;
}
