import { open, type FileHandle } from "node:fs/promises";
import type { CID } from "multiformats/cid";
import { writeIndex, type CarRecord } from "./carFile.ts";
import { EMPTY_HEADER, sectionHead } from "./carFormat.ts";

/** Adds blocks to a CAR file of its own, several at a time. */
export class CarWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #records: CarRecord[] = [];
  #end = EMPTY_HEADER.length;
  readonly #underWay = new Set<Promise<CarRecord>>();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Begins a new file. @throws errors of the file system */
  static async begin(path: string): Promise<CarWriter> {
    const file = await open(path, "wx");
    await file.write(EMPTY_HEADER, 0, EMPTY_HEADER.length, 0);
    return new CarWriter(path, file);
  }

  /** @throws errors of the file system; nothing is added then, and what was added before stays */
  async add(cid: CID, bytes: Uint8Array): Promise<CarRecord> {
    const adding = this.#add(cid, bytes);
    this.#underWay.add(adding);
    return adding.finally(() => this.#underWay.delete(adding));
  }

  /** Brings all to the disk, and ends the file: nothing is to be added after this call. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    try {
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
    await writeIndex(this.path, this.#records);
  }

  async #add(cid: CID, bytes: Uint8Array): Promise<CarRecord> {
    const head = sectionHead(cid, bytes.length);
    const begin = this.#end;
    this.#end += head.length + bytes.length;
    const end = this.#end;
    try {
      await writeAll(this.#file, [head, bytes], begin);
    } catch (error) {
      // the space is given back where nothing lies behind it
      if (this.#end === end && this.#underWay.size <= 1) {
        this.#end = begin;
        await this.#file.truncate(begin).catch(() => undefined);
      }
      throw error;
    }
    const record = { digest: cid.multihash.digest, offset: begin + head.length, length: bytes.length };
    this.#records.push(record);
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
