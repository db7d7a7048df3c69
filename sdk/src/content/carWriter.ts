import type { CID } from "multiformats/cid";
import { Records, writeIndex, type CarRecord } from "./carFile.ts";
import { EMPTY_HEADER, sectionHead } from "./carFormat.ts";
import { indexNameOf } from "./carNames.ts";
import type { Folder, WritableFile } from "./folder.ts";

/** Adds blocks to a CAR file of its own, several at a time. */
export class CarWriter {
  readonly folder: Folder;
  readonly name: string;
  /** What is in it. */
  readonly records = new Records();
  /** Something was in it when it was opened. */
  readonly isResumed: boolean;
  readonly #file: WritableFile;
  #end = EMPTY_HEADER.length;
  #hasEnded = false;
  readonly #underWay = new Set<Promise<CarRecord>>();

  private constructor(folder: Folder, name: string, file: WritableFile, isResumed = false) {
    this.folder = folder;
    this.name = name;
    this.#file = file;
    this.isResumed = isResumed;
  }

  /** Begins a new file. @throws errors of the file system; there is none then */
  static async begin(folder: Folder, name: string): Promise<CarWriter> {
    const file = await folder.create(name);
    try {
      await file.write([EMPTY_HEADER], 0);
    } catch (error) {
      await file.close();
      await folder.remove(name);
      throw error;
    }
    return new CarWriter(folder, name, file);
  }

  /** Opens a file for blocks at places of the caller's own choice. @throws errors of the file system */
  static async open(folder: Folder, name: string): Promise<CarWriter> {
    const file = await folder.open(name);
    try {
      const size = await file.size();
      // An index of a file that was here before.
      if (size === 0) await folder.remove(indexNameOf(name));
      await file.write([EMPTY_HEADER], 0);
      return new CarWriter(folder, name, file, size > EMPTY_HEADER.length);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Writes a block's section, and notes that it is there. @throws errors of the file system */
  async addAt(position: number, cid: CID, bytes: Uint8Array): Promise<void> {
    const offset = await this.writeAt(position, cid, bytes);
    this.records.add({ digest: cid.multihash.digest, offset, length: bytes.length });
  }

  /** Writes a block's section. @returns where the block itself begins. @throws errors of the file system */
  async writeAt(position: number, cid: CID, bytes: Uint8Array): Promise<number> {
    const head = sectionHead(cid, bytes.length);
    await this.#file.write([head, bytes], position);
    return position + head.length;
  }

  /** @returns bytes of the file, fewer where it ends. @throws errors of the file system */
  readAt(position: number, length: number): Promise<Uint8Array> {
    return this.#file.read(position, length);
  }

  /** Closes it unfinished: what is in it can be used again. Harmless when it has ended. */
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
      await this.#file.flush();
    } finally {
      await this.#file.close();
    }
    await writeIndex(this.folder, this.name, this.records);
  }

  async #add(cid: CID, bytes: Uint8Array): Promise<CarRecord> {
    const head = sectionHead(cid, bytes.length);
    const begin = this.#end;
    this.#end += head.length + bytes.length;
    const end = this.#end;
    try {
      // Who reads the file meanwhile takes a head for a whole section.
      await this.#file.write([bytes], begin + head.length);
      await this.#file.write([head], begin);
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
