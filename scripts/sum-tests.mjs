// Adds up vitest's JSON reports: `node scripts/sum-tests.mjs <failures elsewhere> <tests failed: 0 or 1> <report>...` prints
// "N passed, N failed".
import { readFileSync } from "node:fs";

const [elsewhere, testsFailed, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;

for (const path of reports) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that does not load has no tests to count as failed.
  failed += report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
}

// An error outside of all tests, such as a rejection that nobody awaited, is in no report.
if (testsFailed === "1" && failed === 0) failed = 1;

console.log(`${passed} passed, ${failed + Number(elsewhere)} failed`);
