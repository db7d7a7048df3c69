import { constants } from "node:fs";
import { open, rm, stat, type FileHandle } from "node:fs/promises";
import type { CID } from "multiformats/cid";
import { indexPathOf, Records, writeIndex, type CarRecord } from "./carFile.ts";
import { EMPTY_HEADER, sectionHead } from "./carFormat.ts";

/** Adds blocks to a CAR file of its own, several at a time. */
export class CarWriter {
  readonly path: string;
  /** What is in it. */
  readonly records = new Records();
  /** Something was in it when it was opened. */
  readonly isResumed: boolean;
  readonly #file: FileHandle;
  #end = EMPTY_HEADER.length;
  #hasEnded = false;
  readonly #underWay = new Set<Promise<CarRecord>>();

  private constructor(path: string, file: FileHandle, isResumed = false) {
    this.path = path;
    this.#file = file;
    this.isResumed = isResumed;
  }

  /** Begins a new file. @throws errors of the file system; there is none then */
  static async begin(path: string): Promise<CarWriter> {
    const file = await open(path, "wx");
    try {
      await writeAll(file, [EMPTY_HEADER], 0);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    return new CarWriter(path, file);
  }

  /** Opens a file for blocks at places of the caller's own choice. @throws errors of the file system */
  static async open(path: string): Promise<CarWriter> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT);
    try {
      const { size, ino } = await file.stat();
      // An index of a file that was here before.
      if (size === 0) await rm(indexPathOf(path), { force: true });
      await writeAll(file, [EMPTY_HEADER], 0);
      // A collection may have taken it just before; from now on it is young.
      if ((await stat(path)).ino === ino) return new CarWriter(path, file, size > EMPTY_HEADER.length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        await file.close();
        throw error;
      }
    }
    await file.close();
    return CarWriter.open(path);
  }

  /** Writes a block's section. @throws errors of the file system */
  async addAt(position: number, cid: CID, bytes: Uint8Array): Promise<void> {
    const head = sectionHead(cid, bytes.length);
    await writeAll(this.#file, [head, bytes], position);
    this.records.add({
      digest: cid.multihash.digest,
      offset: position + head.length,
      length: bytes.length,
    });
  }

  /** Closes it unfinished: what is in it can be used again. */
  async leave(): Promise<void> {
    await this.#file.close();
  }

  /**
   * @returns null when the file has ended
   * @throws errors of the file system; nothing is added then, and what was added before stays
   */
  async add(cid: CID, bytes: Uint8Array): Promise<CarRecord | null> {
    if (this.#hasEnded) return null;
    const adding = this.#add(cid, bytes);
    this.#underWay.add(adding);
    return adding.finally(() => this.#underWay.delete(adding));
  }

  /** Brings all to the disk, and ends the file: nothing is to be added after this call. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.allSettled(this.#underWay);
    try {
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
    await writeIndex(this.path, this.records);
  }

  async #add(cid: CID, bytes: Uint8Array): Promise<CarRecord> {
    const head = sectionHead(cid, bytes.length);
    const begin = this.#end;
    this.#end += head.length + bytes.length;
    const end = this.#end;
    try {
      // Who reads the file meanwhile takes a head for a whole section.
      await writeAll(this.#file, [bytes], begin + head.length);
      await writeAll(this.#file, [head], begin);
    } catch (error) {
      // the space is given back where nothing lies behind it
      if (this.#end === end && this.#underWay.size <= 1) {
        this.#end = begin;
        await this.#file.truncate(begin).catch(() => undefined);
      }
      throw error;
    }
    const record = { digest: cid.multihash.digest, offset: begin + head.length, length: bytes.length };
    this.records.add(record);
    return record;
  }
}

async function writeAll(file: FileHandle, parts: Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await file.writev(parts, position);
  let done = bytesWritten;
  let from = 0;
  for (const part of parts) {
    for (let at = Math.max(0, done - from); at < part.length;) {
      const rest = await file.write(part, at, part.length - at, position + from + at);
      at += rest.bytesWritten;
      done = from + at;
    }
    from += part.length;
  }
}
