import { randomBytes } from "node:crypto";
import { access, mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { CID } from "multiformats/cid";
import {
  asideSince,
  freshName,
  isAside,
  isLeftOver,
  modifiedAt,
  putBack,
  removeUnused,
} from "./asideFiles.ts";
import { BuskerError } from "../protocol/errors.ts";
import { BlockIndex, DIGEST } from "./blockIndex.ts";
import { CAR, readIndex, scan, type CarRecord } from "./carFile.ts";
import { CarWriter } from "./carWriter.ts";
import { isBlockOf } from "./checkBlock.ts";
import { ASIDE_MS, CLOCK_LAG_MS } from "./constants.ts";
import { storeError } from "./errors.ts";
import { OpenFiles } from "./openFiles.ts";
import { makeDirectory, syncDirectory } from "./syncDirectory.ts";

/** A CAR file of the directory, as far as it is known. */
interface KnownFile {
  readonly path: string;
  /** Nobody adds to it any more, or this store alone: what is in it is known. */
  ended: boolean;
  /** Bytes of it that are in the index. */
  scanned: number;
  /** Another process has removed it. */
  gone: boolean;
  /** All of it was brought to the disk. */
  synced: boolean;
  /** Where damaged blocks begin. */
  readonly damaged: Set<number>;
}

/** A file that this store adds to. */
interface OwnFile {
  readonly writer: CarWriter;
  readonly number: number;
}

/** Where a block is on the disk. */
export interface BlockPlace {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** A collection has the file in its hands: it can be read, but not be relied on. */
  readonly isAside: boolean;
}

/**
 * Blocks in CAR files. Several processes may use one directory at the same time: each adds to files of its own and reads all. What
 * is in which file is kept in memory and follows from the files: an index beside a file says that nobody adds to it any more, and
 * saves reading it through. A process that dies leaves its file to be read by the others.
 *
 * It stores and gives bytes as they are; whoever reads for use checks them (see checkBlock).
 */
export class CarBlocks {
  readonly directory: string;
  readonly #open = new OpenFiles();
  readonly #files: KnownFile[] = [];
  #index = new BlockIndex();
  #listedAt = -1n;
  /** How often files began to be read from their beginnings. */
  #readings = 0;
  #refreshing: Promise<void> = Promise.resolve();
  #refreshNext: Promise<void> | undefined;
  #writer: Promise<OwnFile> | undefined;
  /** Files that blocks were put to or relied on in, and that may not be on the disk yet. */
  readonly #unsynced = new Set<KnownFile>();
  readonly #adding = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes sure that the directory exists and can be written to. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async prepare(): Promise<void> {
    try {
      await makeDirectory(this.directory);
      const probe = join(this.directory, `.${randomBytes(8).toString("hex")}`);
      await mkdir(probe);
      await rm(probe, { recursive: true });
    } catch (error) {
      throw storeError(this.directory, "use the block store", error);
    }
  }

  /**
   * Stores a block, or marks it as relied on now when it is there.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    if (cid.multihash.digest.length !== DIGEST)
      throw new RangeError(`${cid} is not named by a sha-256 digest`);
    if (await this.touch(cid)) return;
    const key = Buffer.from(cid.multihash.digest).toString("latin1");
    const adding = this.#adding.get(key) ?? this.#add(cid, bytes).finally(() => this.#adding.delete(key));
    this.#adding.set(key, adding);
    await adding;
  }

  /**
   * Reads a block, unchecked.
   *
   * @returns null when it is not here
   * @throws {BuskerError} STORE_UNUSABLE
   */
  async get(cid: CID): Promise<Uint8Array | null> {
    for (let place = await this.locate(cid); place !== null; place = await this.locate(cid)) {
      try {
        return await this.#open.read(place.path, place.offset, place.length);
      } catch (error) {
        if (!isMissing(error)) throw storeError(this.directory, "read a block", error);
        this.#lose(place.path);
      }
    }
    return null;
  }

  /** @returns where a block is; null when it is not here. @throws {BuskerError} STORE_UNUSABLE */
  async locate(cid: CID): Promise<BlockPlace | null> {
    let place = this.#find(cid);
    if (place === null) {
      await this.#refresh();
      place = this.#find(cid);
    }
    return place;
  }

  /** Tells whether a block is here, without looking at its bytes. @throws {BuskerError} STORE_UNUSABLE */
  async has(cid: CID): Promise<boolean> {
    return (await this.#reach(cid, (path) => access(path))) !== null;
  }

  /**
   * Marks a block as relied on now, so that a collection that has already begun leaves it.
   *
   * @returns false when it is not here, or about to be removed
   * @throws {BuskerError} STORE_UNUSABLE
   */
  async touch(cid: CID): Promise<boolean> {
    const place = await this.#reach(cid, async (path, aside) => {
      const now = new Date();
      if (!aside) await utimes(path, now, now);
    });
    if (place === null || place.isAside) return false;
    const file = this.#files[this.#number(place.path)];
    if (file?.synced === false) this.#unsynced.add(file);
    return true;
  }

  /** Forgets a block whose bytes are damaged: another copy takes its place, or what is put under its CID next. */
  discard(cid: CID): void {
    const place = this.#index.find(cid.multihash.digest);
    if (place === null) return;
    this.#files[place.file]!.damaged.add(place.offset);
    this.#index.remove(cid.multihash.digest);
    this.#readAgain();
  }

  /**
   * Brings all that was put or relied on to the disk, whatever happens to the machine then. What fails is tried again the next time.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  async settle(): Promise<void> {
    const ending = this.#writer;
    this.#writer = undefined;
    try {
      if (ending !== undefined) {
        const { writer, number } = await ending;
        await writer.end();
        this.#synced(this.#files[number]!);
      }
      if (this.#unsynced.size === 0) return;
      for (const file of this.#unsynced) {
        if (!file.gone) await syncFile(file.path);
        this.#synced(file);
      }
      await syncDirectory(this.directory);
    } catch (error) {
      throw storeError(this.directory, "store blocks", error);
    }
  }

  /**
   * Opens a CAR file of a name of its own, for who knows where each block will be; what a process that died has written is still in it.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  async carFile(name: string): Promise<CarWriter> {
    try {
      await makeDirectory(this.directory);
      return await CarWriter.open(join(this.directory, name + CAR));
    } catch (error) {
      throw storeError(this.directory, "store blocks", error);
    }
  }

  /** Brings such a file to the disk, and gives its blocks from now on. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async takeUp(writer: CarWriter): Promise<void> {
    try {
      const now = new Date();
      await utimes(writer.path, now, now);
      await writer.end();
    } catch (error) {
      if (isMissing(error)) throw takenAway(writer.path, error);
      throw storeError(this.directory, "store blocks", error);
    }
    // It was listed, perhaps, while it was being written.
    this.#lose(writer.path);
    const number = this.#files.push(ownFile(writer.path, true)) - 1;
    for (const { digest, offset, length } of writer.records) {
      this.#index.add(digest, { file: number, offset, length });
    }
  }

  async close(): Promise<void> {
    try {
      await this.settle();
    } finally {
      await this.#open.close();
    }
  }

  /**
   * Removes the blocks that are not kept, of all files that nothing was added to and no block of which was relied on since. What is
   * kept of a file is copied to a new one first.
   *
   * @param since milliseconds since 1970
   * @param decide called once the files are known; what it returns gives the CID of a block that is kept
   * @returns how many were removed
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE; what `decide` throws
   */
  async sweep(
    since: number,
    decide: () => Promise<(digest: Uint8Array) => CID | undefined>,
  ): Promise<number> {
    await this.settle();
    try {
      await this.#takeBack(since);
      await this.#refresh();
      const old: [number, KnownFile][] = [];
      for (const [number, file] of this.#files.entries()) {
        if (!file.gone && !isAside(file.path) && (await modifiedAt(file.path)) < since)
          old.push([number, file]);
      }
      const keptAs = await decide();
      let removed = 0;
      for (const [number, file] of old) {
        // Another collection may be faster.
        removed += await unlessMissing(this.#sweepFile(number, file, since, keptAs), 0);
      }
      return removed;
    } catch (error) {
      throw storeError(this.directory, "remove blocks", error);
    }
  }

  /** @returns how many blocks were removed */
  async #sweepFile(
    number: number,
    file: KnownFile,
    since: number,
    keptAs: (digest: Uint8Array) => CID | undefined,
  ): Promise<number> {
    const kept: { cid: CID; record: CarRecord }[] = [];
    let unkept = 0;
    for (const record of await recordsOf(file.path)) {
      const cid = keptAs(record.digest);
      if (cid === undefined) unkept++;
      else kept.push({ cid, record });
    }
    if (unkept === 0 && kept.length > 0) return 0;
    for (const { cid, record } of kept) {
      if (await this.#isElsewhere(cid, number)) continue;
      const bytes = await this.#open.read(file.path, record.offset, record.length);
      if (await isBlockOf(cid, bytes)) await this.#add(cid, bytes);
    }
    await this.settle();
    if (!(await removeUnused(file.path, since))) return 0;
    this.#lose(file.path);
    return unkept;
  }

  /** Tells whether a block can be had without a file, and relies on the other one then: collections may be under way at the same time. */
  async #isElsewhere(cid: CID, number: number): Promise<boolean> {
    const place = this.#index.find(cid.multihash.digest);
    if (place === null || place.file === number || !(await this.touch(cid))) return false;
    const now = this.#index.find(cid.multihash.digest);
    if (now === null || now.file === number) return false;
    const bytes = await this.get(cid);
    if (bytes !== null && (await isBlockOf(cid, bytes))) return true;
    this.discard(cid);
    return false;
  }

  /** Gives back what collections that died have moved aside, and clears away what else processes that died have left. */
  async #takeBack(since: number): Promise<void> {
    const names = new Set(await unlessMissing(readdir(this.directory), []));
    for (const name of names) {
      const path = join(this.directory, name);
      if (isAside(name) && asideSince(path) < Date.now() - ASIDE_MS)
        await unlessMissing(putBack(path), undefined);
      else if (isLeftOver(name, names) && (await modifiedAt(path)) < since) await rm(path, { force: true });
    }
  }

  /** Reaches for the file of a block, which another process may have removed. */
  async #reach(
    cid: CID,
    use: (path: string, aside: boolean) => Promise<unknown>,
  ): Promise<BlockPlace | null> {
    for (let place = await this.locate(cid); place !== null; place = await this.locate(cid)) {
      try {
        await use(place.path, place.isAside);
        return place;
      } catch (error) {
        if (!isMissing(error)) throw storeError(this.directory, "look for a block", error);
        this.#lose(place.path);
      }
    }
    return null;
  }

  #synced(file: KnownFile): void {
    file.synced = true;
    this.#unsynced.delete(file);
  }

  async #add(cid: CID, bytes: Uint8Array): Promise<void> {
    try {
      for (;;) {
        const { writer, number } = await this.#ownFile();
        const record = await writer.add(cid, bytes);
        // It was brought to the disk meanwhile, and ended with that.
        if (record === null) continue;
        const { digest, offset, length } = record;
        this.#index.add(digest, { file: number, offset, length });
        return;
      }
    } catch (error) {
      throw storeError(this.directory, "store a block", error);
    }
  }

  /** The file that this store adds to. A collection of another process may have taken the one before. */
  async #ownFile(): Promise<OwnFile> {
    for (;;) {
      const writing = (this.#writer ??= this.#begin());
      try {
        const { writer } = await writing;
        const now = new Date();
        await utimes(writer.path, now, now);
        return await writing;
      } catch (error) {
        if (this.#writer === writing) this.#writer = undefined;
        if (!isMissing(error)) throw error;
        const { writer } = await writing;
        this.#lose(writer.path);
        await writer.leave();
      }
    }
  }

  async #begin(): Promise<OwnFile> {
    await makeDirectory(this.directory);
    const writer = await CarWriter.begin(join(this.directory, freshName()));
    // It is this store's own: what is added to it is known without reading it. It may have been listed already.
    let number = this.#number(writer.path);
    if (number < 0) number = this.#files.push(ownFile(writer.path, false)) - 1;
    this.#files[number]!.ended = true;
    this.#unsynced.add(this.#files[number]!);
    return { writer, number };
  }

  #find(cid: CID): BlockPlace | null {
    const place = this.#index.find(cid.multihash.digest);
    const file = place === null ? undefined : this.#files[place.file];
    if (place === null || file === undefined || file.gone) return null;
    return { path: file.path, offset: place.offset, length: place.length, isAside: isAside(file.path) };
  }

  #number(path: string): number {
    return this.#files.findLastIndex((file) => file.path === path && !file.gone);
  }

  #lose(path: string): void {
    const file = this.#files[this.#number(path)];
    if (file === undefined) return;
    file.gone = true;
    this.#unsynced.delete(file);
    this.#readAgain();
    void this.#open.forget(path);
  }

  /** Others may have blocks that were remembered of one file only. */
  #readAgain(): void {
    this.#readings++;
    for (const file of this.#files) {
      file.ended = false;
      file.scanned = 0;
    }
  }

  /** Looks for what other processes have added since the last time. Whoever comes while it looks waits for another round. */
  #refresh(): Promise<void> {
    this.#refreshNext ??= this.#refreshing
      // Whoever waited for it was told.
      .catch(() => undefined)
      .then(() => {
        this.#refreshNext = undefined;
        return (this.#refreshing = this.#look().catch((error: unknown) => {
          throw storeError(this.directory, "list blocks", error);
        }));
      });
    return this.#refreshNext;
  }

  async #look(): Promise<void> {
    // Those that are begun meanwhile may not be in the list yet.
    const before = this.#files.length;
    const found = await unlessMissing(stat(this.directory, { bigint: true }), null);
    const mtimeNs = found?.mtimeNs ?? -1n;
    if (mtimeNs !== this.#listedAt) {
      const names = await unlessMissing(readdir(this.directory), []);
      const cars = names.filter((name) => name.endsWith(CAR) || isAside(name)).toSorted();
      const paths = new Set(cars.map((name) => join(this.directory, name)));
      for (const file of this.#files.slice(0, before)) {
        if (!file.gone && !paths.has(file.path)) this.#lose(file.path);
      }
      for (const path of paths) if (this.#number(path) < 0) this.#files.push(otherFile(path));
      // A change right after the listing may leave the same time.
      this.#listedAt = BigInt(Date.now() - CLOCK_LAG_MS) * 1_000_000n > mtimeNs ? mtimeNs : -1n;
    }
    for (const [number, file] of this.#files.entries()) {
      if (file.ended || file.gone) continue;
      await this.#read(number, file).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        this.#lose(file.path);
      });
    }
  }

  /** Takes up what is new in a file of another process. */
  async #read(number: number, file: KnownFile): Promise<void> {
    const add = ({ digest, offset, length }: CarRecord): void => {
      if (file.damaged.has(offset)) return;
      // A file that can be relied on comes first.
      const other = this.#files[this.#index.find(digest)?.file ?? -1];
      if (isAside(file.path) && other?.gone === false) return;
      this.#index.add(digest, { file: number, offset, length });
    };
    const records = await readIndex(file.path);
    if (records !== null) {
      for (const record of records) add(record);
      file.ended = true;
      file.synced = true;
      return;
    }
    const { size } = await stat(file.path);
    if (size <= file.scanned) return;
    const reading = this.#readings;
    const scanned = await scan(file.path, file.scanned, add);
    if (reading === this.#readings) file.scanned = scanned;
  }
}

function takenAway(path: string, cause: unknown): BuskerError {
  return new BuskerError("STORE_UNUSABLE", `Cannot store blocks: ${path} was removed meanwhile.`, {
    hint: "Repeat the step, and leave the files of the store to Busker.",
    cause,
  });
}

function otherFile(path: string): KnownFile {
  return { path, ended: false, scanned: 0, gone: false, synced: false, damaged: new Set() };
}

function ownFile(path: string, synced: boolean): KnownFile {
  return { ...otherFile(path), ended: true, synced };
}

async function recordsOf(path: string): Promise<CarRecord[]> {
  const records = await readIndex(path);
  if (records !== null) return [...records];
  const found: CarRecord[] = [];
  await scan(path, 0, (record) => found.push(record));
  return found;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+").catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (file === null) return;
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function unlessMissing<T>(work: Promise<T>, otherwise: T): Promise<T> {
  return work.catch((error: unknown) => {
    if (isMissing(error)) return otherwise;
    throw error;
  });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}
