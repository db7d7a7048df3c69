import { createRequire } from "node:module";

export interface AstNode {
  readonly nodeType: string;
  /** start:length:file, in bytes of UTF-8. */
  readonly src: string;
  readonly [field: string]: unknown;
}

interface CompilerProblem {
  readonly severity: "error" | "warning" | "info";
  readonly errorCode?: string;
  readonly formattedMessage: string;
}

interface Bytecode {
  readonly object: string;
}

export interface CompilerInput {
  readonly language: string;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface CompilerOutput {
  readonly errors?: readonly CompilerProblem[];
  readonly sources?: Readonly<Record<string, { readonly ast: AstNode }>>;
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<
        Record<string, { readonly evm: { readonly bytecode: Bytecode; readonly deployedBytecode: Bytecode } }>
      >
    >
  >;
}

/** The compiler from npm; the first call takes seconds longer than the others. It asks the callbacks for what it lacks. */
export function compile(input: CompilerInput, callbacks: object = {}): CompilerOutput {
  const solc = createRequire(import.meta.url)("solc") as {
    compile(input: string, callbacks: object): string;
  };
  return JSON.parse(solc.compile(JSON.stringify(input), callbacks)) as CompilerOutput;
}

export function errorsOf(output: CompilerOutput): string[] {
  return (output.errors ?? [])
    .filter(({ severity }) => severity === "error")
    .map((problem) => problem.formattedMessage);
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** The node and all below it, with what is above them, outermost first. */
export function* walk(
  node: AstNode,
  above: readonly AstNode[] = [],
): Generator<[AstNode, readonly AstNode[]]> {
  yield [node, above];
  for (const child of childrenOf(node)) yield* walk(child, [...above, node]);
}

export function rangeOf({ src }: AstNode): [start: number, end: number] {
  const [start, length] = src.split(":").map(Number) as [number, number];
  return [start, start + length];
}

/** A piece of text that goes to this place (in bytes), in place of `length` bytes. */
export interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** Edits at one place are made in the order given. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const bytes = Buffer.from(source);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { at, length, text } of edits.toSorted((a, b) => a.at - b.at)) {
    parts.push(bytes.subarray(end, at), Buffer.from(text));
    end = at + length;
  }
  return Buffer.concat([...parts, bytes.subarray(end)]).toString();
}

export function lineAt(source: string, byte: number): number {
  return Buffer.from(source).subarray(0, byte).toString().split("\n").length;
}
