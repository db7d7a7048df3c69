import { open, type FileHandle } from "node:fs/promises";
import type { WritableFile } from "./folder.ts";

/** A file on this machine's disk. */
export class DiskFile implements WritableFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @param flags see open(2). @throws errors of the file system */
  static async open(path: string, flags: string | number): Promise<DiskFile> {
    return new DiskFile(await open(path, flags));
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** @returns the number that tells it from any other file of its disk, whatever their names are */
  async inode(): Promise<bigint> {
    return (await this.#file.stat({ bigint: true })).ino;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#file.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    const { bytesWritten } = await this.#file.writev(parts, position);
    let done = bytesWritten;
    let from = 0;
    for (const part of parts) {
      for (let at = Math.max(0, done - from); at < part.length;) {
        const rest = await this.#file.write(part, at, part.length - at, position + from + at);
        at += rest.bytesWritten;
        done = from + at;
      }
      from += part.length;
    }
  }

  async touch(): Promise<void> {
    const now = new Date();
    await this.#file.utimes(now, now);
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  flush(): Promise<void> {
    return this.#file.datasync();
  }

  /** Harmless when it is closed. */
  close(): Promise<void> {
    return this.#file.close();
  }
}
