// Adds up vitest's JSON reports: `node scripts/sum-tests.mjs <failures elsewhere> <report>...` prints "N passed, N failed".
import { readFileSync } from "node:fs";

const [elsewhere, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = Number(elsewhere);

for (const path of reports) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that does not load has no tests to count as failed.
  failed += report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
}

console.log(`${passed} passed, ${failed} failed`);
