import { createHash } from "node:crypto";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile, errorsOf } from "./solidity.ts";

import type { CompilerInput, CompilerOutput } from "./solidity.ts";

interface Artifact {
  readonly contractName: string;
  readonly inputSourceName: string;
  readonly buildInfoId: string;
}

interface Compiled {
  readonly input: CompilerInput;
  readonly output: CompilerOutput;
}

/** Text by path from the root of the repository. */
export type Sources = Readonly<Record<string, string>>;

type Settings = Readonly<Record<string, unknown>>;

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the compiler finds what is here and what npm has installed. */
const [HERE, NPM] = ["project/", "npm/"];
const QUICK: readonly Settings[] = [
  // Seconds where the real settings take a minute.
  { viaIR: false, optimizer: { enabled: false } },
  // For functions with more variables than the stack holds.
  { viaIR: true, optimizer: { enabled: true, details: { yul: true, yulDetails: { optimizerSteps: "u" } } } },
];

const CODE = { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } };
const SOLC = "0.8.37";
const BUILD_ID = "solc-0_8_37-quick";

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** The contracts that people get: all but those made for tests. */
export function ownSources(): Record<string, string> {
  const paths = globSync("contracts/**/*.sol", { cwd: root, exclude: ["contracts/test/**"] }).toSorted();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

/** All contracts as they are now, in one input for the compiler, built on what `hardhat build` has left. */
export function readInput(): CompilerInput {
  const folder = join(root, "artifacts");
  const artifacts = globSync("contracts/**/*.json", { cwd: folder });
  const ids = new Set(artifacts.map((path) => (readJson(join(folder, path)) as Artifact).buildInfoId));
  // Hardhat compiles what has changed: each of its inputs holds only a part of the sources.
  const inputs = [...ids].map(
    (id) => (readJson(join(folder, `build-info/${id}.json`)) as { input: CompilerInput }).input,
  );
  const remappings = inputs.flatMap(({ settings }) => (settings["remappings"] ?? []) as string[]);
  const installed = inputs
    .flatMap(({ sources }) => Object.entries(sources))
    .filter(([name]) => name.startsWith(NPM));
  const own = globSync("contracts/**/*.sol", { cwd: root }).map(
    (path) => [`${HERE}${path}`, { content: readFileSync(join(root, path), "utf8") }] as const,
  );
  return {
    language: "Solidity",
    sources: Object.fromEntries([...installed, ...own]),
    settings: { ...inputs[0]!.settings, remappings: [...new Set(remappings)] },
  };
}

/** The input with some of the repository's files as they are given, and with sources that none of its files holds. */
export function withSources(input: CompilerInput, changed: Sources, added: Sources = {}): CompilerInput {
  const own = Object.entries(changed).map(([path, content]) => [`${HERE}${path}`, { content }] as const);
  const more = Object.entries(added).map(([name, content]) => [name, { content }] as const);
  return { ...input, sources: { ...input.sources, ...Object.fromEntries([...own, ...more]) } };
}

/** Compiles without optimizing: to code alone, or to all that Hardhat asks for. */
export function compileQuickly(input: CompilerInput, what: "code" | "all" = "code"): Compiled {
  let compiled: Compiled | undefined;
  for (const speed of QUICK) {
    const settings = {
      ...input.settings,
      ...speed,
      // Equal code of different sources is equal to the byte.
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      ...(what === "code" ? { outputSelection: CODE } : {}),
    };
    const quick = { ...input, settings };
    compiled = { input: quick, output: compile(quick) };
    if (!errorsOf(compiled.output).some((message) => message.includes("tack too deep"))) break;
  }
  return compiled!;
}

/** Makes a folder of artifacts that Hardhat reads, to be filled with code. */
export function newFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(root, "artifacts/contracts"), join(folder, "contracts"), { recursive: true });
}

/** Puts code into the artifacts of this folder. All of it is returned, as one text to compare. */
export function writeCode(folder: string, { output }: Compiled): string {
  let all = "";
  for (const path of globSync("contracts/**/*.json", { cwd: folder }).toSorted()) {
    const { buildInfoId: _, ...artifact } = readJson(join(folder, path)) as Artifact;
    const evm = output.contracts?.[artifact.inputSourceName]?.[artifact.contractName]?.evm;
    // Left by a contract that is no more.
    if (!evm) continue;
    const bytecode = `0x${evm.bytecode.object}`;
    const deployedBytecode = `0x${evm.deployedBytecode.object}`;
    writeFileSync(join(folder, path), JSON.stringify({ ...artifact, bytecode, deployedBytecode }));
    all += `${path}:${bytecode}\n`;
  }
  return all;
}

/** Writes what was compiled as Hardhat does. */
export function writeBuild(folder: string, { input, output }: Compiled): void {
  const path = join(folder, "build-info");
  mkdirSync(path, { recursive: true });
  const build = { _format: "hh3-sol-build-info-1", id: BUILD_ID, solcVersion: SOLC, input };
  writeFileSync(join(path, `${BUILD_ID}.json`), JSON.stringify(build));
  const result = { _format: "hh3-sol-build-info-output-1", id: BUILD_ID, output };
  writeFileSync(join(path, `${BUILD_ID}.output.json`), JSON.stringify(result));
}

/** One value for the text of all files in these folders. */
export function digestOf(...folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of globSync(
    folders.map((folder) => `${folder}/**/*.{ts,sol}`),
    { cwd: root },
  ).toSorted()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}
