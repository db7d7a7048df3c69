import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasNativeEdr, root } from "./node24.mjs";

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Why node_modules does not match package-lock.json, or null when it does. Compares with the lockfile that npm leaves in node_modules. */
export function installProblem() {
  const installedPath = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedPath)) return "node_modules is missing";
  const wanted = readJson(join(root, "package-lock.json")).packages;
  const installed = readJson(installedPath).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.link) continue;
    const found = installed[path];
    const optional = entry.optional || entry.devOptional || entry.peer;
    if (!found && optional) continue;
    // npm lists a package there that `--package-lock-only` did not install.
    if (!found || !(optional || existsSync(join(root, path, "package.json")))) return `${path} is missing`;
    if (found.version !== entry.version)
      return `${path} is ${found.version}, the lockfile wants ${entry.version}`;
  }
  return hasNativeEdr() ? null : "Hardhat's EVM is missing";
}
