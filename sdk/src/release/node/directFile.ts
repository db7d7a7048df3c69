import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** What direct reads and writes are multiples of, in bytes. */
const PAGE = 4096;
const WEB_ASSEMBLY_PAGE = 65_536;

/** Memory that direct writes can take: it begins at a page, as that of WebAssembly does. */
export function alignedMemory(size: number): Buffer {
  // Bytes before the first one's place in its page may have to be left free.
  const initial = Math.ceil((size + PAGE) / WEB_ASSEMBLY_PAGE);
  return Buffer.from(new WebAssembly.Memory({ initial }).buffer);
}

/**
 * A file that is written to past the page cache, which costs more than locking and hashing what is written (open(2), O_DIRECT).
 * Where the file system has no such writes, they are ordinary ones.
 */
export class DirectFile {
  readonly #direct: FileHandle;
  readonly #edges: FileHandle;

  private constructor(direct: FileHandle, edges: FileHandle) {
    this.#direct = direct;
    this.#edges = edges;
  }

  /** Opens a file that is there. @throws errors of the file system */
  static async open(path: string): Promise<DirectFile> {
    const edges = await open(path, "r+");
    const direct = await open(path, constants.O_RDWR | (constants.O_DIRECT ?? 0)).catch(() => edges);
    return new DirectFile(direct, edges);
  }

  /** @returns where in its memory the bytes for `offset` of the file are to begin. */
  static lead(offset: number): number {
    return offset % PAGE;
  }

  /**
   * Writes the bytes of `memory` from `lead(offset)` to `end` to `offset` of the file: the first and the last page, which others
   * write to as well, by the page cache.
   *
   * @param memory from alignedMemory
   * @throws errors of the file system
   */
  async write(memory: Buffer, end: number, offset: number): Promise<void> {
    const lead = DirectFile.lead(offset);
    const start = offset - lead;
    const from = Math.min(end, Math.ceil(lead / PAGE) * PAGE);
    const to = Math.max(from, end - (end % PAGE));
    await writeAll(this.#edges, memory, lead, from, start);
    await writeAll(this.#direct, memory, from, to, start);
    await writeAll(this.#edges, memory, to, end, start);
  }

  /** Reads `length` bytes at `offset` of the file into `memory`. @returns null where the file ends before */
  async read(memory: Buffer, length: number, offset: number): Promise<Buffer | null> {
    return readAll(this.#edges, memory, length, offset);
  }

  async close(): Promise<void> {
    await this.#edges.close();
    if (this.#direct !== this.#edges) await this.#direct.close();
  }
}

/** Reads `length` bytes at `offset` of a file into the beginning of `memory`. @returns null where the file ends before */
export async function readAll(
  file: FileHandle,
  memory: Buffer,
  length: number,
  offset: number,
): Promise<Buffer | null> {
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(memory, done, length - done, offset + done);
    if (bytesRead === 0) return null;
    done += bytesRead;
  }
  return memory.subarray(0, length);
}

/** Writes the bytes [from, to) of `memory` to where they belong in a file whose byte `start` is the first one's. */
export async function writeAll(
  file: FileHandle,
  memory: Uint8Array,
  from: number,
  to: number,
  start: number,
): Promise<void> {
  for (let at = from; at < to;) {
    const { bytesWritten } = await file.write(memory, at, to - at, start + at);
    at += bytesWritten;
  }
}
