// Proofs about the libraries, by Halmos: `npm run symbolic`. See docs/verification.md for what they say.
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const PROVER = "halmos";
const FOLDER = "cache/symbolic";
const NEEDED = {
  [PROVER]: "Install it from PyPI: pip install halmos",
  forge: "Install it from npm: @foundry-rs/forge-linux-amd64 has it in bin/",
};

const env = {
  ...process.env,
  PATH: [join(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter),
  FOUNDRY_SRC: "scripts/symbolic",
  FOUNDRY_TEST: "scripts/symbolic",
  FOUNDRY_OUT: `${FOLDER}/out`,
  FOUNDRY_CACHE_PATH: `${FOLDER}/cache`,
  FOUNDRY_LIBS: "[]",
  FOUNDRY_SOLC: join(root, "scripts/solc-shim.mjs"),
  FOUNDRY_OFFLINE: "true",
  FOUNDRY_OPTIMIZER: "true",
  FOUNDRY_OPTIMIZER_RUNS: "200",
  FOUNDRY_EVM_VERSION: "prague",
};

const missing = Object.entries(NEEDED).filter(
  ([name]) => spawnSync(name, ["--version"], { env, stdio: "ignore" }).status !== 0,
);
for (const [name, hint] of missing) console.error(`${name} is not in PATH. ${hint}`);

if (missing.length > 0) {
  process.exitCode = 1;
} else {
  // No loop of the proofs has more rounds than that; a shorter bound would skip what comes after it.
  const bounds = ["--loop", "300", "--solver-timeout-assertion", "60s"];
  const { status } = spawnSync(
    PROVER,
    ["--root", root, "--forge-build-out", `${FOLDER}/out`, ...bounds, ...process.argv.slice(2)],
    { cwd: root, env, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}
