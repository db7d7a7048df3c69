// npm's postinstall. npm on Node < 22 silently skips the native package of @nomicfoundation/edr, because npm checks
// `engines` against the Node that runs npm, not against the Node that will run the project. Running npm once more under
// the Node that was just installed gets it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { explainMissingNode, findNode24, root } from "./lib/node24.mjs";

const HEALING = "BUSKER_HEALING_INSTALL";

function fail(message) {
  console.error(message);
  process.exit(1);
}

function edrProblem() {
  try {
    createRequire(join(root, "package.json"))("@nomicfoundation/edr");
    return null;
  } catch (error) {
    return error;
  }
}

const node = findNode24();
if (node === null) fail(explainMissingNode());

if (node !== process.execPath) {
  const again = spawnSync(node, process.argv.slice(1), { stdio: "inherit" });
  process.exit(again.status ?? 1);
}

const withoutDevDependencies = !existsSync(join(root, "node_modules/@nomicfoundation/edr"));
if (withoutDevDependencies || edrProblem() === null) process.exit(0);

const npm = process.env.npm_execpath;
if (process.env[HEALING] || !npm) {
  fail(
    `Hardhat's EVM cannot be loaded: ${edrProblem().message}\n` +
      "Remove node_modules and run `npm ci`, with optional dependencies allowed.",
  );
}

console.log(`npm left out Hardhat's EVM: installing it with Node ${process.versions.node}.`);
const install = spawnSync(
  process.execPath,
  [npm, "install", "--no-save", "--ignore-scripts", "--include=optional", "--loglevel=error"],
  { cwd: root, stdio: "inherit", env: { ...process.env, [HEALING]: "1" } },
);
if (install.error) fail(`npm could not be started again: ${install.error.message}`);
if (install.status !== 0) fail("npm could not install Hardhat's EVM: see its message above.");

// Node remembers a failed resolution, so the check needs a fresh process.
const check = spawnSync(process.execPath, process.argv.slice(1), {
  stdio: "inherit",
  env: { ...process.env, [HEALING]: "1" },
});
process.exit(check.status ?? 1);
