import { createHash } from "node:crypto";

import { isNode, lineAt, rangeOf, walk } from "./solidity.ts";

import type { AstNode, Edit } from "./solidity.ts";

export interface Mutant {
  /** The same as long as the function and what was changed in it are. */
  readonly id: string;
  readonly path: string;
  readonly line: number;
  /** Contract and function, or the constant. */
  readonly place: string;
  readonly change: string;
  readonly edit: Edit;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "|=": ["&="],
  "&=": ["|="],
  "^=": ["|="],
  "<<=": [">>="],
  ">>=": ["<<="],
};
const DECIDES = new Set(["IfStatement", "Conditional", "WhileStatement", "ForStatement"]);

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The operator between two expressions: comments apart, nothing else is there but brackets. */
function operatorBetween(bytes: Buffer, left: AstNode, right: AstNode, operator: string): number {
  const end = rangeOf(left)[1];
  const at = bytes.subarray(end, rangeOf(right)[0]).toString("latin1").indexOf(operator);
  if (at < 0) throw new Error(`no ${operator} at ${left.src}`);
  return end + at;
}

function isNegatable(node: AstNode): boolean {
  const inner = node.nodeType === "TupleExpression" ? (node["components"] as AstNode[])[0]! : node;
  return inner.nodeType !== "BinaryOperation" || !OPERATORS[inner["operator"] as string];
}

function negated(bytes: Buffer, node: AstNode): Change {
  const [start, end] = rangeOf(node);
  const text = bytes.subarray(start, end).toString();
  const isNot = node.nodeType === "UnaryOperation" && node["operator"] === "!";
  return { start, end, text: isNot ? text.slice(1) : `!(${text})` };
}

function nextNumber(node: AstNode): string | undefined {
  const value = node["value"] as string | null;
  if (node["kind"] === "bool") return value === "true" ? "false" : "true";
  if (node["kind"] !== "number" || value === null || !/^(0x[0-9a-f]+|[0-9_]+)$/i.test(value))
    return undefined;
  const number = BigInt(value.replaceAll("_", ""));
  return number === 1n ? "0" : String(number + 1n);
}

/** Names of an enum's members, by its id. */
function enumsIn(asts: readonly AstNode[]): Map<number, string[]> {
  const found = asts
    .flatMap((ast) => [...walk(ast)].map(([node]) => node))
    .filter(({ nodeType }) => nodeType === "EnumDefinition");
  return new Map(
    found.map((node) => [
      node["id"] as number,
      (node["members"] as AstNode[]).map((member) => member["name"] as string),
    ]),
  );
}

function* changesOf(
  bytes: Buffer,
  node: AstNode,
  above: readonly AstNode[],
  enums: ReadonlyMap<number, string[]>,
): Generator<Change> {
  const parent = above.at(-1);
  const operator = node["operator"] as string;
  const [start, end] = rangeOf(node);
  if (node.nodeType === "BinaryOperation" || node.nodeType === "Assignment") {
    const binary = node.nodeType === "BinaryOperation";
    const [left, right] = [
      node[binary ? "leftExpression" : "leftHandSide"],
      node[binary ? "rightExpression" : "rightHandSide"],
    ] as [AstNode, AstNode];
    for (const text of OPERATORS[operator] ?? []) {
      const at = operatorBetween(bytes, left, right, operator);
      yield { start: at, end: at + operator.length, text };
    }
    if (operator === "&&" || operator === "||")
      for (const side of [left, right]) if (isNegatable(side)) yield negated(bytes, side);
  }
  if (DECIDES.has(node.nodeType) && isNode(node["condition"]) && isNegatable(node["condition"]))
    yield negated(bytes, node["condition"]);
  if (node.nodeType === "ExpressionStatement" && parent?.nodeType !== "ForStatement")
    yield { start, end, text: "{}" };
  if (node.nodeType === "RevertStatement" || node.nodeType === "EmitStatement")
    yield { start, end, text: "{}" };
  if (node.nodeType === "Continue" || node.nodeType === "Break") yield { start, end, text: "{}" };
  if (node.nodeType === "ModifierInvocation" && node["kind"] === "modifierInvocation")
    yield { start, end, text: "" };
  if (node.nodeType === "Literal" && parent?.nodeType !== "ArrayTypeName") {
    const text = nextNumber(node);
    if (text !== undefined) yield { start, end, text };
  }
  if (node.nodeType === "MemberAccess") {
    const owner = (node["expression"] as AstNode)["referencedDeclaration"] as number | undefined;
    const members = owner === undefined ? undefined : enums.get(owner);
    if (members) {
      const name = node["memberName"] as string;
      const other = members[(members.indexOf(name) + 1) % members.length]!;
      yield { start: end - name.length, end, text: other };
    }
  }
}

/** Statements end with a semicolon, which their range leaves out. */
function withSemicolon(bytes: Buffer, { start, end, text }: Change): Change {
  return text === "{}" && bytes[end] === ";".charCodeAt(0)
    ? { start, end: end + 1, text }
    : { start, end, text };
}

function placeOf(above: readonly AstNode[], node: AstNode): string {
  const names = [...above, node]
    .filter(({ nodeType }) => /^(Contract|Function|Modifier)Definition$/.test(nodeType))
    .map((owner) => (owner["name"] as string) || (owner["kind"] as string));
  return names.join(".");
}

const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};

/** Every mutant of these sources, in the order of paths and places. Inline assembly has none. */
export function mutantsOf(files: ReadonlyMap<string, { source: string; ast: AstNode }>): Mutant[] {
  const enums = enumsIn([...files.values()].map(({ ast }) => ast));
  const known = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const [path, { source, ast }] of files) {
    const bytes = Buffer.from(source);
    for (const [node, above] of walk(ast)) {
      const inCode = above.some(
        ({ nodeType, ...rest }) =>
          nodeType === "FunctionDefinition" ||
          nodeType === "ModifierDefinition" ||
          (nodeType === "VariableDeclaration" && rest["constant"] === true),
      );
      if (!inCode) continue;
      for (const found of changesOf(bytes, node, above, enums)) {
        const { start, end, text } = withSemicolon(bytes, found);
        const place = placeOf(above, node);
        // What is around it tells one `+ 1` from another.
        const [from, to] = [bytes.lastIndexOf("\n", start) + 1, bytes.indexOf("\n", end)];
        const context = brief(bytes.subarray(from, to).toString());
        const change = `${brief(bytes.subarray(start, end).toString())} → ${brief(text) || "nothing"}`;
        const key = `${path}|${place}|${context}|${change}`;
        const nth = known.get(key) ?? 0;
        known.set(key, nth + 1);
        const id = createHash("sha256").update(`${key}|${nth}`).digest("hex").slice(0, 8);
        mutants.push({
          id,
          path,
          place,
          change: `${change}  in  ${context}`,
          line: lineAt(source, start),
          edit: { at: start, length: end - start, text },
        });
      }
    }
  }
  return mutants.toSorted((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.edit.at - b.edit.at || (a.id < b.id ? -1 : 1),
  );
}
