import { artifacts } from "hardhat";
import { readFile } from "node:fs/promises";

/** The contract's pieces of code, the one that is called first; each falls back to the next. */
export const PIECES = ["Busker", "BuskerExtension", "BuskerAnnex"] as const;

export type PieceName = (typeof PIECES)[number];

/** Where an immutable's value is in the code of a deployed piece. */
interface Immutable {
  /** As the source calls it, e.g. SEAL_PERIOD. */
  readonly name: string;
  /** Each place has the same 32 bytes. Bytes from the start of the code. */
  readonly offsets: readonly number[];
}

/** What the compiler made of a piece. */
export interface Piece {
  readonly name: PieceName;
  /** Without constructor arguments. */
  readonly creationCode: string;
  /** With zeros where immutables go. */
  readonly runtimeCode: string;
  readonly immutables: readonly Immutable[];
}

interface Node {
  readonly id?: number;
  readonly name?: string;
  readonly nodeType?: string;
  readonly mutability?: string;
}

interface BuildOutput {
  readonly output: { readonly sources: Readonly<Record<string, { readonly ast: object }>> };
}

/** The compiled pieces. The sources must have been compiled before. */
export async function readPieces(): Promise<readonly Piece[]> {
  const compiled = await Promise.all(PIECES.map(async (name) => artifacts.readArtifact(name)));
  const builds = new Set(compiled.map(({ buildInfoId }) => buildInfoId!));
  const names = new Map(
    await Promise.all([...builds].map(async (build) => [build, await immutableNames(build)] as const)),
  );
  return compiled.map(({ bytecode, deployedBytecode, immutableReferences, buildInfoId }, n) => ({
    name: PIECES[n]!,
    creationCode: bytecode,
    runtimeCode: deployedBytecode,
    immutables: Object.entries(immutableReferences ?? {}).map(([id, places]) => ({
      name: names.get(buildInfoId!)!.get(Number(id))!,
      offsets: places.map(({ start }) => start),
    })),
  }));
}

/** As `addressesOf` takes them. */
export function creationCodesOf(pieces: readonly Piece[]): Readonly<Record<PieceName, string>> {
  const codes = pieces.map(({ name, creationCode }) => [name, creationCode]);
  return Object.fromEntries(codes) as Record<PieceName, string>;
}

/** The compiler knows immutables by the numbers of their declarations. */
async function immutableNames(buildInfoId: string): Promise<ReadonlyMap<number, string>> {
  const path = await artifacts.getBuildInfoOutputPath(buildInfoId);
  const { output } = JSON.parse(await readFile(path!, "utf8")) as BuildOutput;
  const names = new Map<number, string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { id, name, nodeType, mutability } = value as Node;
    if (nodeType === "VariableDeclaration" && mutability === "immutable") names.set(id!, name!);
    for (const child of Object.values(value)) visit(child);
  };
  for (const { ast } of Object.values(output.sources)) visit(ast);
  return names;
}
