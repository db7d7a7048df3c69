// Runs every check but the tests, to the end even when one fails: a line for each, and the output of those that failed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const CHECKS = ["typecheck", "lint", "format:check", "deps:check", "dead:check", "generate:check"];

const root = fileURLToPath(new URL("..", import.meta.url));
const width = Math.max(...CHECKS.map((name) => name.length));
let failures = 0;

for (const name of CHECKS) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync("npm", ["run", "--silent", name], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: Number.POSITIVE_INFINITY,
    shell: process.platform === "win32",
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name.padEnd(width)}  ${status === 0 ? "ok" : "FAILED"}  ${seconds} s`);
  if (status === 0) continue;
  failures += 1;
  console.log(`${stdout}${stderr}${error?.message ?? ""}`.trimEnd());
}

if (failures > 0) {
  console.error(`${failures} of ${CHECKS.length} checks failed.`);
  process.exitCode = 1;
}
