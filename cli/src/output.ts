import { isBuskerError } from "@busker/sdk/protocol/errors.ts";
import { printable } from "@busker/sdk/protocol/printable.ts";
import Table from "cli-table3";

/** How a command speaks: sentences for people, or one JSON object for programs. */
export interface Output {
  /** One plain sentence about what happens; on standard error when the result is JSON. */
  say(sentence: string): void;
  /** The result, once: the object for programs, the text for people. */
  result(value: object, text?: string): void;
  readonly json: boolean;
}

export function openOutput(json: boolean): Output {
  return {
    json,
    say(sentence) {
      (json ? process.stderr : process.stdout).write(`${shown(sentence)}\n`);
    },
    result(value, text) {
      if (json) process.stdout.write(`${JSON.stringify(value, encode, 2)}\n`);
      else if (text !== undefined) process.stdout.write(`${shown(text)}\n`);
    },
  };
}

/** A table of two or more columns without heavy borders. */
export function table(head: string[], rows: string[][]): string {
  const grid = new Table({ head, style: { head: [], border: [], compact: true } });
  grid.push(...rows);
  return grid.toString();
}

/** Prints what happened, why, and what to do next. */
export function reportError(error: unknown, json: boolean): void {
  if (isBuskerError(error)) {
    if (json)
      process.stdout.write(
        `${JSON.stringify({ error: error.code, message: error.message, hint: error.hint })}\n`,
      );
    else process.stderr.write(`\nError: ${asSentence(error.message)}\n${error.hint}\n(${error.code})\n`);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: "UNEXPECTED", message })}\n`);
  else
    process.stderr.write(
      `\nUnexpected error: ${error instanceof Error ? (error.stack ?? message) : message}\n`,
    );
}

/** Titles, symbols of tokens and addresses of keyholders are written by strangers. */
function shown(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function encode(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
