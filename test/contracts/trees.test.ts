import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

import { describe, expect, it } from "vitest";

// Each tree is compared with the tests beside it when those run: support/followTree.ts. Here is what that cannot see:
// whether a tree is missing, and whether it says what the interface says.

const ROOT = new URL("../../", import.meta.url);
const LINE = /^(?:│ {3}| {4})*(?:├──|└──) (given|when|it) \S.*$/;
const STATES = /Requirements:[^.]*\b(?:Locked|Audit|Open|Funded|Unlocked|Settled|Failed)\b/;

const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const files = (pattern: string) => globSync(pattern, { cwd: ROOT }).toSorted();

/** Paths of the trees, by verb. */
const TREES = new Map(files("test/contracts/*/*.tree").map((path) => [basename(path, ".tree"), path]));
const testBeside = (tree: string) => tree.replace(/tree$/, "test.ts");

interface Verb {
  readonly name: string;
  /** What the interface says about it. */
  readonly says: string;
}

const interfaces = files("contracts/interfaces/IBusker?*.sol").map(read);

/** The verbs of an interface: its functions that are no views. */
function verbsOf(source: string): Verb[] {
  const functions = source.matchAll(/((?: *\/\/\/.*\n)*) *function (\w+)\(([^;]*);/g);
  return [...functions]
    .filter(([, , , rest]) => !/\b(?:view|pure)\b/.test(rest!))
    .map(([, comment, name]) => ({ name: name!, says: comment!.replaceAll(/\s*\/\/\/\s*/g, " ") }));
}

const declared = (kind: "error" | "event", source: string) =>
  [...source.matchAll(new RegExp(`^ *${kind} (\\w+)\\(`, "gm"))].map(([, name]) => name!);

const verbs = interfaces.flatMap(verbsOf);
const sources = [...interfaces, ...files("contracts/libraries/*.sol").map(read)];
const errors = sources.flatMap((source) => declared("error", source));
const events = sources.flatMap((source) => declared("event", source));

/** Errors that the interface names for a verb, as patterns: "Currency_…" stands for those that begin so. */
function errorsOf({ name, says }: Verb): string[] {
  const own = interfaces.find((source) => source.includes(`function ${name}(`))!;
  return [
    ...[...says.matchAll(/\b[A-Z]\w*_(?:[A-Z]\w*)?/g)].map(([error]) => error),
    ...(says.includes("the errors above") ? declared("error", own) : []),
    ...(STATES.test(says) ? ["Release_WrongState"] : []),
    ...(says.includes("Who: the artist.") ? ["\\w+_NotArtist"] : []),
  ];
}

/** Events that the interface says a verb emits. */
function eventsOf({ says }: Verb): string[] {
  const words = new Set(says.match(/\b[A-Z]\w+/g));
  return events.filter((event) => words.has(event));
}

/** Lines of a tree with those above them, as "given … › when … › it …". */
function placesIn(tree: string): string[] {
  const above: string[] = [];
  return tree
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const depth = line.search(/[├└]/) / 4;
      above.splice(depth, above.length, line.slice(depth * 4 + 4));
      return above.join(" › ");
    });
}

describe("trees", () => {
  it("are there for every verb of IBusker, each with its test in the folder of a stage", () => {
    expect([...TREES.keys()].toSorted()).toEqual(verbs.map(({ name }) => name).toSorted());
    // Libraries have functions, not verbs.
    const tests = files("test/contracts/*/*.test.ts").filter((path) => !path.includes("/libraries/"));
    expect(tests).toEqual([...TREES.values()].map(testBeside));
  });

  it.each([...TREES.values()])("are given, when and it, each once in its place: %s", (path) => {
    const [verb, ...lines] = read(path).trimEnd().split("\n");
    expect(verb).toBe(basename(path, ".tree"));
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    const places = placesIn(read(path));
    expect(places.filter((place, n) => places.indexOf(place) !== n)).toEqual([]);
  });
});

describe.each(verbs)("$name", (verb) => {
  const leaves = () =>
    read(TREES.get(verb.name)!)
      .match(/── it .*/g)!
      .join("\n");

  it("has a leaf for every error that its interface names, and asserts it", () => {
    const [says, asserts] = [leaves(), read(testBeside(TREES.get(verb.name)!))];
    const missing = errorsOf(verb).filter(
      (error) => !new RegExp(`\\b${error}`).test(says) || !new RegExp(`"${error}\\w*"`).test(asserts),
    );
    expect(missing).toEqual([]);
  });

  it("has a leaf for every event that its interface names, and asserts it", () => {
    const [says, asserts] = [leaves(), read(testBeside(TREES.get(verb.name)!))];
    const missing = eventsOf(verb).filter(
      (event) => !new RegExp(`\\b${event}\\b`).test(says) || !asserts.includes(`"${event}"`),
    );
    expect(missing).toEqual([]);
  });
});

describe("errors", () => {
  it("are all asserted by name in a test", () => {
    const tests = files("test/contracts/**/*.test.ts").map(read).join("\n");
    expect(errors.filter((error) => !tests.includes(`"${error}"`))).toEqual([]);
  });
});

/** "*› when …*" stands for the name before it up to there. */
function namedIn(evidence: string): { where: string; names: string[] }[] {
  return evidence.split(";").map((part) => {
    const [, where, rest] = /^\s*([\w./-]+):(.*)$/.exec(part)!;
    let given = "";
    const names = [...rest!.matchAll(/\*([^*]+)\*/g)].map(([, name]) => {
      const full = name!.startsWith("›") ? `${given} ${name}` : name!;
      given = full.split(" › ")[0]!;
      return full;
    });
    return { where: where!, names };
  });
}

/** Whether a tree has a line, or a file a test, of that name; "it" and numbers of a test's cases may differ. */
function isTest(where: string, name: string): boolean {
  const tree = TREES.get(where);
  if (tree !== undefined) {
    const places = placesIn(read(tree)).map((place) => place.replace("› it ", "› "));
    return places.includes(name);
  }
  const source = read(where);
  return [name, name.replace(/^\d+/, "%i")].some((text) => source.includes(text));
}

describe("the attacks of docs/protocol.md", () => {
  const [, section] = read("docs/protocol.md").split("## Attacks, and what answers them\n");
  const rows = section!
    .split("\n## ")[0]!
    .match(/^\| .*\|$/gm)!
    .slice(1);
  const attacks = rows.map((row) => row.split(" | ")).map(([attack, , shown]) => ({ attack, shown: shown! }));

  it.each(attacks)("are answered by tests that are there: $attack", ({ shown }) => {
    const named = namedIn(shown.replace(/ \|$/, ""));
    expect(named.flatMap(({ names }) => names)).not.toEqual([]);
    const missing = named.flatMap(({ where, names }) => names.filter((name) => !isTest(where, name)));
    expect(missing).toEqual([]);
  });
});
