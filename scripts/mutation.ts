// Changes the contracts one place at a time and expects a test to fail: `npm run mutation [-- FILE…] [--fraction 0.1]
// [--seed text] [--workers 2]`. What is known is kept in cache/mutation, so that a run can be stopped and continued.
// Writes test/mutation/report.json; fails where test/mutation/survivors.md does not explain what no test notices.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import {
  compileQuickly,
  digestOf,
  newFolder,
  ownSources,
  readInput,
  root,
  withSources,
  writeCode,
} from "./contracts/builds.ts";
import { mutantsOf } from "./contracts/mutants.ts";
import { runTests } from "./contracts/runTests.ts";
import { applyEdits, errorsOf } from "./contracts/solidity.ts";
import { tableIn } from "./contracts/tables.ts";

import type { Mutant } from "./contracts/mutants.ts";

/**
 * Invalid: does not compile. Same: compiles to the same code. Missed: no test comes past it. Doubtful: outlived the nearest
 * tests, which is all that is tried where survivors.md explains it.
 */
type Outcome = "killed" | "survived" | "missed" | "invalid" | "same" | "doubtful";

interface Known {
  readonly outcome: Outcome;
  /** Of the contracts, and of the tests that it outlived. */
  readonly contracts: string;
  readonly tests: string;
  /** The file with the test that noticed it. */
  readonly by?: string;
}

interface Coverage {
  readonly digest: string;
  readonly lines: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
}

const FOLDER = join(root, "cache/mutation");
const STATE = join(FOLDER, "known.json");
const REPORT = join(root, "test/mutation/report.json");
const EXPLAINED = "test/mutation/survivors.md";
/** Test files that every mutant is tried with, before all others are. */
const NEAREST = 3;
const LASTING: readonly Outcome[] = ["killed", "invalid", "same"];

const { values: options, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    fraction: { type: "string", default: "1" },
    seed: { type: "string", default: "busker" },
    workers: { type: "string", default: "2" },
  },
});
const fraction = Number(options.fraction);

/** Which tests come past a line; from a coverage run of just these contracts and tests, which also shows that they pass. */
function readCoverage(): Coverage["lines"] {
  const path = join(root, "cache/coverage/lines.json");
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Coverage) : undefined;
  if (known?.digest !== digestOf("contracts", "test/contracts")) {
    throw new Error("Run `npm run coverage` first: mutants are tried with the tests that come past them.");
  }
  return known.lines;
}

/** Evenly spread, and the same mutants for the same seed however many others there are. */
function isInSample({ id }: Mutant): boolean {
  return createHash("sha256").update(`${options.seed}:${id}`).digest().readUInt32BE() < fraction * 2 ** 32;
}

class Run {
  readonly #lines = readCoverage();
  readonly #known: Record<string, Known> = existsSync(STATE)
    ? (JSON.parse(readFileSync(STATE, "utf8")) as Record<string, Known>)
    : {};
  readonly #contracts = digestOf("contracts");
  readonly #tests = digestOf("test/contracts");
  readonly #input = readInput();
  readonly #sources = ownSources();
  readonly #original: string;
  readonly #folders = new Map<number, string>();
  /** Every one, and those of this run. */
  readonly all: readonly Mutant[];
  readonly chosen: readonly Mutant[];

  constructor() {
    const compiled = compileQuickly(this.#input, "all");
    const errors = errorsOf(compiled.output);
    if (errors.length > 0) throw new Error(errors.join("\n"));
    this.#original = writeCode(this.#folder(0), compiled);
    const parsed = Object.entries(this.#sources).map(([path, source]) => {
      return [path, { source, ast: compiled.output.sources![`project/${path}`]!.ast }] as const;
    });
    this.all = mutantsOf(new Map(parsed));
    const wanted = new Set(named.map((file) => basename(file)));
    this.chosen = this.all.filter(
      (mutant) => (wanted.size === 0 || wanted.has(basename(mutant.path))) && isInSample(mutant),
    );
  }

  #folder(worker: number): string {
    const folder = join(FOLDER, `worker-${worker}`);
    if (!this.#folders.has(worker)) newFolder(folder);
    this.#folders.set(worker, folder);
    return folder;
  }

  /**
   * Tests that come past a mutant's line: first that of its verb, then those that come past what few others do there, then those
   * that have noticed most in this file, then those that come past fewest lines.
   */
  #testsOf({ path, line, place }: Mutant): string[] {
    const here = this.#lines[path] ?? {};
    // No statement begins there: then all of the file, and all there are where the file has constants only.
    const near = here[line] ? [here[line]] : Object.values(here);
    const from = near.length > 0 ? near : Object.values(this.#lines).flatMap((lines) => Object.values(lines));
    const tests = new Set(from.flatMap((lines) => Object.keys(lines)));
    const rank = (test: string): number[] => [
      basename(test, ".test.ts") === place.split(".").at(-1) ? 0 : 1,
      here[line]?.[test] ?? 0,
      -this.all.filter((mutant) => mutant.path === path && this.#known[mutant.id]?.by === test).length,
      Object.values(this.#lines).flatMap((lines) => Object.values(lines).filter((of) => test in of)).length,
    ];
    const ranked = [...tests].map((test) => ({ test, ranks: rank(test) }));
    return ranked
      .toSorted((a, b) => a.ranks.map((n, i) => n - b.ranks[i]!).find((difference) => difference !== 0) ?? 0)
      .map(({ test }) => test);
  }

  outcome({ id }: Mutant): Outcome | undefined {
    const known = this.#known[id];
    if (known?.contracts !== this.#contracts) return undefined;
    // More tests kill no fewer.
    return LASTING.includes(known.outcome) || known.tests === this.#tests ? known.outcome : undefined;
  }

  async work(): Promise<void> {
    await this.#workOn(this.chosen.filter((mutant) => this.outcome(mutant) === undefined));
    const explained = readExplained();
    await this.#workOn(
      this.chosen.filter((mutant) => this.outcome(mutant) === "doubtful" && !explained.has(mutant.id)),
    );
  }

  async #workOn(waiting: Mutant[]): Promise<void> {
    const todo = waiting.length;
    let done = 0;
    const worker = async (n: number): Promise<void> => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const tried = await this.#try(mutant, this.#folder(n), this.outcome(mutant) === "doubtful");
        this.#known[mutant.id] = { ...tried, contracts: this.#contracts, tests: this.#tests };
        writeFileSync(STATE, JSON.stringify(this.#known));
        console.log(
          `${++done}/${todo}  ${tried.outcome.padEnd(8)}  ${mutant.id}  ${mutant.path}:${mutant.line}  ${mutant.change}`,
        );
      }
    };
    await Promise.all(Array.from({ length: Number(options.workers) }, (_, n) => worker(n)));
  }

  async #try(
    mutant: Mutant,
    folder: string,
    isDoubtful: boolean,
  ): Promise<{ outcome: Outcome; by?: string }> {
    const { path, edit } = mutant;
    const all = this.#testsOf(mutant);
    if (all.length === 0) return { outcome: "missed" };
    const tests = isDoubtful ? all : all.slice(0, NEAREST);
    const changed = { [path]: applyEdits(this.#sources[path]!, [edit]) };
    const compiled = compileQuickly(withSources(this.#input, changed));
    if (errorsOf(compiled.output).length > 0) return { outcome: "invalid" };
    if (writeCode(folder, compiled) === this.#original) return { outcome: "same" };
    // One that has noticed others here notices most: the rest are started only where it does not.
    const [first, ...rest] = tests as [string, ...string[]];
    for (const files of rest.length > 0 ? [[first], rest] : [[first]]) {
      if (!(await runTests({ artifacts: folder, files, untilFailure: true })))
        return { outcome: "killed", by: files[0]! };
    }
    return { outcome: tests.length < all.length ? "doubtful" : "survived" };
  }
}

function readExplained(): Set<string> {
  return new Set(tableIn(EXPLAINED, "Survivors").map(([id]) => id!));
}

function report(run: Run): boolean {
  const explained = readExplained();
  const tried = run.all.filter((mutant) => run.outcome(mutant) !== undefined);
  const count = (...wanted: Outcome[]): number =>
    tried.filter((mutant) => wanted.includes(run.outcome(mutant)!)).length;
  const survivors = tried.filter((mutant) => !LASTING.includes(run.outcome(mutant)!));
  const summary = {
    seed: options.seed,
    fraction,
    mutants: run.all.length,
    tried: tried.length,
    invalid: count("invalid"),
    sameCode: count("same"),
    killed: count("killed"),
    survived: survivors.length,
    explained: survivors.filter(({ id }) => explained.has(id)).length,
  };
  const rows = survivors.map(({ id, path, line, place, change }) => ({ id, path, line, place, change }));
  mkdirSync(join(root, "test/mutation"), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify({ ...summary, survivors: rows }, null, 2)}\n`);
  console.log(JSON.stringify(summary, null, 2));
  const open = survivors.filter(({ id }) => !explained.has(id));
  for (const { id, path, line, change } of open)
    console.log(`Not explained: ${id}  ${path}:${line}  ${change}`);
  const killed = run.all.filter((mutant) => explained.has(mutant.id) && run.outcome(mutant) === "killed");
  for (const { id } of killed) console.log(`Explained in ${EXPLAINED}, and killed: ${id}`);
  return open.length + killed.length === 0;
}

try {
  mkdirSync(FOLDER, { recursive: true });
  const run = new Run();
  console.log(
    `${run.chosen.length} of ${run.all.length} mutants: seed ${options.seed}, fraction ${fraction}.`,
  );
  await run.work();
  if (!report(run)) process.exitCode = 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
