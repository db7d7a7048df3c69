/** What every thread that opens an archive knows. */
export interface OpenSetup {
  /** K, 32 bytes; each thread has a copy of its own. */
  readonly contentKey: Uint8Array;
  /** 32 bytes. */
  readonly archiveSalt: Uint8Array;
  /** keccak256(k_j) for every j, C × 32 bytes. */
  readonly keyHashes: Uint8Array;
}

/** Bytes of a CAR file with one or more blocks. */
export interface Run {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** A block within what the runs give, one after the other. */
export interface PlacedBlock {
  readonly at: number;
  readonly length: number;
  /** sha-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** j when it is locked, else null. */
  readonly lockedIndex: number | null;
}

/** Consecutive fragments of one file, to be written to `offset` of `target`. */
export interface OpenJob {
  /** Together at most JOB_BYTES. */
  readonly runs: readonly Run[];
  readonly blocks: readonly PlacedBlock[];
  readonly target: string;
  readonly offset: number;
}

/** Block: one of them is not what it should be, or cannot be read. Folder: the file system's code. */
export type OpenFault = { readonly fault: "block" } | { readonly fault: "folder"; readonly code: string };
