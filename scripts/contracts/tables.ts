import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./builds.ts";

/** The rows of the tables below a heading of a Markdown file, without their heads; cells have no backticks around them. */
export function tableIn(file: string, heading: string): string[][] {
  const path = join(root, file);
  if (!existsSync(path)) return [];
  const sections = readFileSync(path, "utf8").split(/^## /m);
  const lines = (sections.find((text) => text.startsWith(`${heading}\n`)) ?? "").split("\n");
  const isRule = (line: string | undefined): boolean => /^\|[\s:|-]+\|$/.test(line ?? "");
  return lines
    .filter((line, n) => line.startsWith("|") && !isRule(line) && !isRule(lines[n + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) =>
          cell
            .trim()
            .replaceAll("\\|", "|")
            .replaceAll(/^`+ ?| ?`+$/g, ""),
        ),
    );
}
