import { printable } from "./printable.ts";

/** What a {@link BuskerError} carries besides its code and message. */
export interface BuskerErrorOptions {
  /** What to do next: one sentence for the person who meets the error. */
  hint: string;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * Every error that the SDK throws on purpose.
 *
 * `code` is stable and meant for programs (upper case with underscores, e.g. `FRAGMENT_CORRUPT`), `message` says "what
 * happened: why", `hint` what to do next. No secret is ever put into one of them, and no character that a stranger could
 * rewrite a terminal with: messages quote peers, archives and registrations.
 */
export class BuskerError extends Error {
  override readonly name = "BuskerError";
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, options: BuskerErrorOptions) {
    super(printable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Tells whether `error` is a {@link BuskerError}, and one with this `code` if a code is given. */
export function isBuskerError(error: unknown, code?: string): error is BuskerError {
  return error instanceof BuskerError && (code === undefined || error.code === code);
}
