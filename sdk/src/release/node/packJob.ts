import type { Manifest } from "../../archive/manifest.ts";

/** What every thread that packs an archive knows. */
export interface PackSetup {
  readonly manifest: Manifest;
  /** Bytes of release.json. */
  readonly manifestSize: number;
  /** K, 32 bytes; each thread has a copy of its own. */
  readonly contentKey: Uint8Array;
  /** The files, in the order of the manifest. */
  readonly files: readonly { readonly place: string; readonly stamp: string }[];
  /** The CAR file that the blocks go to. */
  readonly car: string;
  /** Something is in it already: what is whole stays. */
  readonly isResumed: boolean;
}

export interface PackResult {
  readonly hashes: Uint8Array;
}

/** Errors do not travel between threads as they are. `code` is the file system's. */
export type PackFault =
  { readonly fault: "changed" } | { readonly fault: "input" | "store"; readonly code: string };
