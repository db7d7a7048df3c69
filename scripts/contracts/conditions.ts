import { createHash } from "node:crypto";

import { applyEdits, compile, errorsOf, isNode, lineAt, rangeOf, walk } from "./solidity.ts";

import type { AstNode, Edit } from "./solidity.ts";

/** Something that is true or false and decides what runs next. */
export interface Condition {
  readonly line: number;
  readonly text: string;
  /** The marks that are recorded where it was true, and where it was false. */
  readonly marks: readonly [whenTrue: string, whenFalse: string];
}

const HIT = "buskerCoverageHit";
// Free, so that it is no part of any contract's interface, and on one line, so that lines keep their numbers.
const HELPER = `function ${HIT}(uint256 mark) pure returns (bool) { __NomicFoundationCoverage.sendHit(mark); return true; }`;

function decisionsIn(ast: AstNode): AstNode[] {
  const found: AstNode[] = [];
  for (const [node] of walk(ast)) {
    if (
      ["IfStatement", "Conditional", "WhileStatement", "DoWhileStatement", "ForStatement"].includes(
        node.nodeType,
      )
    ) {
      if (isNode(node["condition"])) found.push(node["condition"]);
    } else if (node.nodeType === "BinaryOperation" && ["&&", "||"].includes(node["operator"] as string)) {
      found.push(node["leftExpression"] as AstNode, node["rightExpression"] as AstNode);
    } else if (node.nodeType === "FunctionCall") {
      const { name } = node["expression"] as AstNode;
      if (name === "require" || name === "assert") found.push((node["arguments"] as AstNode[])[0]!);
    }
  }
  // Of `a && b` only a and b are counted: the whole follows from them.
  const whole = (node: AstNode): boolean =>
    node.nodeType === "TupleExpression"
      ? whole((node["components"] as AstNode[])[0]!)
      : node.nodeType === "BinaryOperation" && ["&&", "||"].includes(node["operator"] as string);
  return found.filter((node) => !whole(node));
}

/** Makes every condition of a file record its outcome, on the chain of a coverage run; lines keep their numbers. */
export function markConditions(name: string, source: string): { source: string; conditions: Condition[] } {
  const output = compile({
    language: "Solidity",
    sources: { [name]: { content: source } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  });
  const ast = output.sources?.[name]?.ast;
  if (!ast) throw new Error(`${name} could not be read: ${errorsOf(output).join("\n")}`);
  const openings: Edit[] = [];
  const endings: Edit[] = [];
  const conditions = decisionsIn(ast).map((node): Condition => {
    const [start, end] = rangeOf(node);
    const mark = `${createHash("sha256").update(`${name}:${node.src}`).digest("hex").slice(0, 62)}00`;
    const whenFalse = `${mark.slice(0, -2)}01`;
    // Nothing is on the stack while the condition itself is worked out: some functions have no room left.
    openings.push({ at: start, length: 0, text: "((" });
    // Of two that end at one place the inner one, which is found later, ends first.
    endings.unshift({ at: end, length: 0, text: `) ? ${HIT}(0x${mark}) : !${HIT}(0x${whenFalse}))` });
    const text = Buffer.from(source).subarray(start, end).toString().replaceAll(/\s+/g, " ");
    return { line: lineAt(source, start), text, marks: [mark, whenFalse] };
  });
  if (conditions.length === 0) return { source, conditions };
  return { source: `${applyEdits(source, [...endings, ...openings]).trimEnd()} ${HELPER}\n`, conditions };
}
