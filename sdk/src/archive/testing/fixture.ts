import { blobInput } from "../input.ts";
import { packArchive } from "../pack.ts";
import type { ContentStore } from "../../content/store.ts";
import type { FileSink } from "../open.ts";
import type { InputFile } from "../input.ts";
import type { ArchiveLock, Work } from "../makeManifest.ts";
import type { PackedArchive, PackOptions } from "../pack.ts";

export const WORK: Work = { title: "Nine Songs", artist: "The Examples", licence: { spdx: "CC-BY-4.0" } };
/** A fixed lock: archives of it are the same in every run. */
export const LOCK: ArchiveLock = {
  contentKey: new Uint8Array(32).fill(0x4b),
  archiveSalt: new Uint8Array(32).fill(0x5a),
};

/** @returns bytes that look random and are the same for the same seed (xorshift32). */
export function noise(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = (seed + 1) * 0x9e3779b1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** @returns an input file of these bytes. */
export function inputOf(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: Parameters<typeof blobInput>[2] = {},
): InputFile {
  return blobInput(path, new Blob([bytes]), { mediaType: "audio/ogg", ...options });
}

/** Packs with the fixed work and lock. */
export function pack(
  store: ContentStore,
  files: readonly InputFile[],
  options: Partial<PackOptions> = {},
): Promise<PackedArchive> {
  return packArchive({ files, work: WORK, lock: LOCK, sink: store, ...options });
}

/** A file sink in memory; `files` has what was committed. */
export class MemorySink implements FileSink {
  files = new Map<string, Uint8Array>();
  discarded = false;
  readonly #parts = new Map<string, Uint8Array[]>();

  async begin(): Promise<void> {}

  async create({ path }: { path: string }) {
    const parts: Uint8Array[] = [];
    this.#parts.set(path, parts);
    return {
      write: async (bytes: Uint8Array) => void parts.push(bytes),
      skip: async (length: number) => void parts.push(new Uint8Array(length)),
      close: async () => {},
    };
  }

  async commit(): Promise<void> {
    for (const [path, parts] of this.#parts) this.files.set(path, Buffer.concat(parts));
  }

  async discard(): Promise<void> {
    this.discarded = true;
  }
}
