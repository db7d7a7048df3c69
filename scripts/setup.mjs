// Brings the checkout into a state in which everything runs. Plain JavaScript without dependencies, for the Node of the
// user's machine: before the first install there is nothing else to run it with.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installProblem } from "./lib/install.mjs";
import { withLock } from "./lib/lock.mjs";
import { explainMissingNode, findNode24, root } from "./lib/node24.mjs";
import { isBuilt, rememberBuild, sourceDigest } from "./lib/stamp.mjs";

function run(what, command, args, options = {}) {
  const { error, status, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) throw new Error(`${what} could not start: ${error.message}`);
  if (signal) throw new Error(`${what} was stopped by ${signal}.`);
  if (status !== 0) throw new Error(`${what} failed with exit code ${status}: see its message above.`);
}

function install() {
  const problem = installProblem();
  if (problem === null) return;
  console.log(`Installing dependencies (${problem}).`);
  const npm = process.env.npm_execpath;
  const args = ["ci", "--loglevel=error"];
  if (npm) run("npm ci", process.execPath, [npm, ...args]);
  else run("npm ci", "npm", args, { shell: process.platform === "win32" });
  const left = installProblem();
  if (left !== null)
    throw new Error(`npm ci ran, but ${left}. Remove node_modules and run \`npm ci\` again.`);
}

function build() {
  if (isBuilt()) return;
  const node = findNode24();
  if (node === null) throw new Error(explainMissingNode());
  const sources = sourceDigest();
  console.log("Compiling the contracts.");
  run("hardhat build", node, [join(root, "node_modules/hardhat/dist/src/cli.js"), "build", "--quiet"]);
  // On a build server a difference from the committed files is an error, not something to repair in silence.
  const mode = process.env.CI ? ["--check"] : [];
  run("Code generation", node, [join(root, "scripts/generate.ts"), ...mode]);
  rememberBuild(sources);
}

try {
  if (installProblem() !== null || !isBuilt()) {
    await withLock(() => {
      install();
      build();
    });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
