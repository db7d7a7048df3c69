import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const MIN_NODE_MAJOR = 24;

/** The Node that runs the project: this one when it is new enough, else the one that npm installed. Null when neither. */
export function findNode24() {
  if (Number.parseInt(process.versions.node, 10) >= MIN_NODE_MAJOR) return process.execPath;
  const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return existsSync(installed) ? installed : null;
}

export function explainMissingNode() {
  const why = `Busker needs Node ${MIN_NODE_MAJOR} or newer, and this is Node ${process.versions.node}.`;
  const bundled = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
  const next = bundled
    ? "npm installs a suitable one by itself unless optional dependencies are left out: run `npm ci --include=optional`."
    : `npm cannot install one on ${process.platform} ${process.arch}: install Node >= ${MIN_NODE_MAJOR} and run \`npm ci\` again.`;
  return `${why}\n${next}`;
}

/** Whether the native half of Hardhat's EVM is installed. npm on Node < 22 leaves it out without a word, because of its `engines`. */
export function hasNativeEdr() {
  const require = createRequire(join(root, "package.json"));
  const edr = JSON.parse(readFileSync(join(root, "node_modules/@nomicfoundation/edr/package.json"), "utf8"));
  return Object.keys(edr.optionalDependencies).some((name) => {
    try {
      return Boolean(require.resolve(`${name}/package.json`));
    } catch {
      return false;
    }
  });
}
