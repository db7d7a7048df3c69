import { createRequire } from "node:module";

interface Mark {
  readonly tag: Uint8Array;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

interface Instrumenter {
  addStatementCoverageInstrumentation(
    source: string,
    name: string,
    version: string,
  ): { source: string; metadata: Mark[] };
  latestSupportedSolidityVersion(): string;
}

export interface Statement {
  readonly line: number;
  readonly mark: string;
}

// The very version that Hardhat runs the tests with.
const fromHardhat = createRequire(import.meta.resolve("hardhat"));

export function coverageLibrary(): Record<string, string> {
  const { getCoverageLibrary } = fromHardhat("@nomicfoundation/edr/coverage") as {
    getCoverageLibrary(this: void): { filename: string; content: string };
  };
  const { filename, content } = getCoverageLibrary();
  return { [filename]: content };
}

/** Hardhat's own instrumentation: a mark before every statement. */
export function markStatements(name: string, source: string): { source: string; statements: Statement[] } {
  const edr = fromHardhat("@nomicfoundation/edr") as Instrumenter;
  const { source: marked, metadata } = edr.addStatementCoverageInstrumentation(
    source,
    name,
    edr.latestSupportedSolidityVersion(),
  );
  const statements = metadata.map(({ tag, startUtf16, endUtf16 }): Statement => {
    // Space and comments before a statement belong to its range.
    const [before] = /^(\s+|\/\/.*|\/\*[^]*?\*\/)*/.exec(source.slice(startUtf16, endUtf16))!;
    const line = source.slice(0, startUtf16 + before.length).split("\n").length;
    return { line, mark: Buffer.from(tag).toString("hex") };
  });
  return { source: marked, statements };
}
