// Slither over contracts/: `npm run slither`. Fails on a finding that docs/verification.md does not explain, and on an
// explanation that nothing needs. BUSKER_SLITHER names the program where PATH does not find it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { compileQuickly, readInput, root, writeBuild } from "./contracts/builds.ts";
import { errorsOf } from "./contracts/solidity.ts";
import { tableIn } from "./contracts/tables.ts";

interface Element {
  readonly name: string;
  readonly type_specific_fields?: { readonly parent?: Element };
}

interface Finding {
  readonly check: string;
  readonly impact: string;
  readonly description: string;
  readonly elements: readonly Element[];
}

interface Report {
  readonly success: boolean;
  readonly error: string | null;
  readonly results: { readonly detectors?: readonly Finding[] };
}

const INSTALL = `Slither is missing. It comes from PyPI:
  python3 -m venv cache/slither/venv && cache/slither/venv/bin/pip install slither-analyzer==0.11.6
  BUSKER_SLITHER=cache/slither/venv/bin/slither npm run slither`;

const folder = join(root, "cache/slither");
const reportPath = join(folder, "report.json");

/** Contract, function and variable, as far as there are any. */
function nameOf({ name, type_specific_fields: more }: Element): string {
  const isInFile = !more?.parent || more.parent.name.endsWith(".sol");
  return isInFile ? name : `${nameOf(more.parent)}.${name}`;
}

function analyse(): readonly Finding[] {
  const compiled = compileQuickly(readInput(), "all");
  const errors = errorsOf(compiled.output);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  writeBuild(join(folder, "artifacts"), compiled);
  rmSync(reportPath, { force: true });
  const args = [".", "--json", reportPath, "--config-file", "slither.config.json"];
  const program = process.env["BUSKER_SLITHER"] ?? "slither";
  const { error, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  if (error) throw new Error("code" in error && error.code === "ENOENT" ? INSTALL : error.message);
  let report: Report;
  try {
    report = JSON.parse(readFileSync(reportPath, "utf8")) as Report;
  } catch (cause) {
    throw new Error(`Slither left no report:\n${stderr}`, { cause });
  }
  if (!report.success) throw new Error(`Slither failed: ${report.error ?? stderr}`);
  return report.results.detectors ?? [];
}

function check(findings: readonly Finding[]): number {
  const explained = tableIn("docs/verification.md", "Static analysis").map(([detector, place]) => ({
    detector: detector!,
    place: place!,
    used: false,
  }));
  let unexplained = 0;
  for (const finding of findings) {
    const place = finding.elements[0] ? nameOf(finding.elements[0]) : "";
    const row = explained.find((one) => one.detector === finding.check && [place, "all"].includes(one.place));
    if (row) {
      row.used = true;
      continue;
    }
    unexplained += 1;
    console.log(`${finding.impact}  ${finding.check}  ${place}\n${finding.description}`);
  }
  const unneeded = explained.filter(({ used }) => !used);
  for (const { detector, place } of unneeded)
    console.log(`Nothing to explain any more: ${detector}  ${place}`);
  const known = findings.length - unexplained;
  console.log(`${findings.length} findings: ${known} explained in docs/verification.md, ${unexplained} not.`);
  return unexplained + unneeded.length;
}

try {
  mkdirSync(folder, { recursive: true });
  if (check(analyse()) > 0) process.exitCode = 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
