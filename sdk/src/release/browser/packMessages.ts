import { BuskerError, isBuskerError } from "../../protocol/errors.ts";
import type { InputFile } from "../../archive/input.ts";
import type { PackOptions, PackProgress } from "../../archive/pack.ts";
import type { Packed } from "../pack.ts";

/** What a page asks of the worker that packs. */
export type PackRequest = PackOrder | { readonly abort: true };

export interface PackOrder extends Pick<PackOptions, "work" | "lock" | "sealed"> {
  readonly files: readonly (Omit<InputFile, "open" | "size" | "stamp"> & { readonly blob: Blob })[];
  /** Of the store, see openBrowserStore. */
  readonly storeName: string | undefined;
}

/** What the worker answers: how far it is, and in the end one of the others. */
export type PackReply =
  | { readonly progress: PackProgress }
  | { readonly packed: Packed }
  | { readonly aborted: true }
  | { readonly fault: Fault };

/** An error on its way between threads, which would lose what it carries. */
type Fault = { readonly code: string; readonly message: string; readonly hint: string } | Error;

export function faultOf(error: unknown): Fault {
  if (!isBuskerError(error)) return error instanceof Error ? error : new Error(String(error));
  return { code: error.code, message: error.message, hint: error.hint };
}

export function errorOf(fault: Fault): Error {
  return "code" in fault ? new BuskerError(fault.code, fault.message, { hint: fault.hint }) : fault;
}
