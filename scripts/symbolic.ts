// Proofs about the libraries, by Halmos and by the compiler's SMTChecker: `npm run symbolic`. See docs/verification.md for
// what they say.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

import { root } from "./contracts/builds.ts";
import { compile } from "./contracts/solidity.ts";

import type { CompilerInput } from "./contracts/solidity.ts";

const require = createRequire(import.meta.url);

const PROOFS = "scripts/symbolic";
const FOLDER = "cache/symbolic";
const NEEDED = {
  halmos: "Install it from PyPI: pip install halmos",
  forge: "Install it from npm: @foundry-rs/forge-linux-amd64 has it in bin/",
  z3: "It comes with halmos; else from PyPI: pip install z3-solver",
};

const env = {
  ...process.env,
  PATH: [join(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter),
  FOUNDRY_SRC: PROOFS,
  FOUNDRY_TEST: PROOFS,
  FOUNDRY_OUT: `${FOLDER}/out`,
  FOUNDRY_CACHE_PATH: `${FOLDER}/cache`,
  FOUNDRY_LIBS: "[]",
  FOUNDRY_SOLC: join(root, "scripts/solc-shim.mjs"),
  FOUNDRY_OFFLINE: "true",
  FOUNDRY_OPTIMIZER: "true",
  FOUNDRY_OPTIMIZER_RUNS: "200",
  FOUNDRY_EVM_VERSION: "prague",
};

/** Compiled code on unknown values: all functions `check_…`. */
function runHalmos(args: readonly string[]): boolean {
  // No loop of the proofs has more rounds than that; a shorter bound would skip what comes after it.
  const bounds = ["--loop", "300", "--solver-timeout-assertion", "60s"];
  const folders = ["--root", root, "--forge-build-out", `${FOLDER}/out`];
  const { status } = spawnSync("halmos", [...folders, ...bounds, ...args], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  return status === 0;
}

/** Source code without loops, as formulas: every `assert` of a contract has to be found safe. */
function runSmtChecker(contract: string): boolean {
  const { smtCallback } = require("solc/smtchecker.js") as {
    smtCallback(this: void, solver: unknown): unknown;
  };
  const { smtSolver } = require("solc/smtsolver.js") as { smtSolver: unknown };
  const path = `${PROOFS}/${contract}.sol`;
  const content = readFileSync(join(root, path), "utf8");
  const input: CompilerInput = {
    language: "Solidity",
    sources: { [path]: { content } },
    settings: {
      evmVersion: "prague",
      // A newer compiler will have CHC only, which proves 15 of the 21 assertions.
      modelChecker: {
        contracts: { [path]: [contract] },
        engine: "bmc",
        solvers: ["smtlib2"],
        targets: ["assert"],
        showProvedSafe: true,
        showUnproved: true,
        timeout: 60_000,
      },
    },
  };
  const read = (file: string) => ({ contents: readFileSync(join(root, file), "utf8") });
  const { errors } = compile(input, { import: read, smtSolver: smtCallback(smtSolver) });
  const messages = (errors ?? []).filter(
    ({ formattedMessage }) => !formattedMessage.includes("engine of the SMTChecker is deprecated"),
  );
  const isProof = (text: string) => text.includes("BMC: Assertion violation check is safe!");
  const others = messages.filter(({ formattedMessage }) => !isProof(formattedMessage));
  for (const { formattedMessage } of others) console.log(formattedMessage);
  const wanted = content.match(/\bassert\(/g)!.length;
  const proven = messages.length - others.length;
  console.log(`${contract}: ${proven} of ${wanted} assertions proven by the SMTChecker`);
  return proven === wanted && others.length === 0;
}

const missing = Object.entries(NEEDED).filter(
  ([name]) => spawnSync(name, ["--version"], { env, stdio: "ignore" }).status !== 0,
);
for (const [name, hint] of missing) console.error(`${name} is not in PATH. ${hint}`);

if (missing.length > 0) {
  process.exitCode = 1;
} else {
  const args = process.argv.slice(2);
  const held = [runHalmos(args), runSmtChecker("PayoutsProofs")];
  if (held.includes(false)) process.exitCode = 1;
}
