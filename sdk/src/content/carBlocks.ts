import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { BlockIndex, DIGEST, digestKey } from "./blockIndex.ts";
import { readIndex, scan, type CarRecord } from "./carFile.ts";
import { CAR, freshName, INDEX, indexNameOf, isAside, isCar } from "./carNames.ts";
import { CarWriter } from "./carWriter.ts";
import { isBlockOf } from "./checkBlock.ts";
import { storeError } from "./errors.ts";
import { isMissing, unlessMissing, type Folder } from "./folder.ts";

/** A CAR file of the folder, as far as it is known. */
interface KnownFile {
  readonly name: string;
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

/** Where a block is. */
export interface BlockPlace {
  /** Of its CAR file. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** A collection has the file in its hands: it can be read, but not be relied on. */
  readonly isAside: boolean;
}

/**
 * Blocks in CAR files. Several processes, or tabs, may use one folder at the same time: each adds to files of its own and reads all.
 * What is in which file is kept in memory and follows from the files: an index beside a file says that nobody adds to it any more, and
 * saves reading it through. One that dies leaves its file to be read by the others.
 *
 * It stores and gives bytes as they are; whoever reads for use checks them (see checkBlock).
 */
export class CarBlocks {
  readonly #folder: Folder;
  readonly #files: KnownFile[] = [];
  #index = new BlockIndex();
  /** How often files began to be read from their beginnings. */
  #readings = 0;
  #refreshing: Promise<void> = Promise.resolve();
  #refreshNext: Promise<void> | undefined;
  #writer: Promise<OwnFile> | undefined;
  /** Files that blocks were put to or relied on in, and that may not be on the disk yet. */
  readonly #unsynced = new Set<KnownFile>();
  #settling: Promise<void> = Promise.resolve();
  readonly #adding = new Map<string, Promise<void>>();

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** How messages call its folder. */
  get place(): string {
    return this.#folder.path;
  }

  /** Makes sure that the folder exists and can be written to. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async prepare(): Promise<void> {
    await this.#folder.prepare().catch((error: unknown) => {
      throw this.#error("use the block store", error);
    });
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
    const key = digestKey(cid.multihash.digest);
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
        return await this.#folder.read(place.name, place.offset, place.length);
      } catch (error) {
        if (!isMissing(error)) throw this.#error("read a block", error);
        this.#lose(place.name);
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
    return (await this.#reach(cid, ({ name }) => this.#folder.modifiedAt(name))) !== null;
  }

  /**
   * Marks a block as relied on now, so that a collection that has already begun leaves it.
   *
   * @returns false when it is not here, or about to be removed
   * @throws {BuskerError} STORE_UNUSABLE
   */
  async touch(cid: CID): Promise<boolean> {
    const place = await this.#reach(cid, async (found) => {
      if (!found.isAside) await this.#folder.touch(found.name);
    });
    if (place === null || place.isAside) return false;
    const file = this.#files[this.#number(place.name)];
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
  settle(): Promise<void> {
    // Whoever comes meanwhile may rely on what is not on the disk yet.
    this.#settling = this.#settling.catch(() => undefined).then(() => this.#settle());
    return this.#settling;
  }

  async #settle(): Promise<void> {
    const ending = this.#writer;
    this.#writer = undefined;
    try {
      if (ending !== undefined) {
        const { writer, number } = await ending;
        const file = this.#files[number]!;
        this.#notSynced(file);
        await writer.end();
        this.#synced(file);
      }
      const files = [...this.#unsynced];
      if (files.length === 0) return;
      // What others add to them from now on is for the next time.
      for (const file of files) this.#synced(file);
      await this.#folder.flush(files.map(({ name }) => name)).catch((error: unknown) => {
        for (const file of files) this.#notSynced(file);
        throw error;
      });
    } catch (error) {
      throw this.#error("store blocks", error);
    }
  }

  /**
   * Opens a CAR file of a name of its own, for who knows where each block will be; what a process that died has written is still in it.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  async carFile(name: string): Promise<CarWriter> {
    try {
      return await CarWriter.open(this.#folder, name + CAR);
    } catch (error) {
      throw this.#error("store blocks", error);
    }
  }

  /** Brings such a file to the disk, and gives its blocks from now on. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async takeUp(writer: CarWriter): Promise<void> {
    try {
      await this.#folder.touch(writer.name);
      await writer.end();
    } catch (error) {
      if (isMissing(error)) throw takenAway(writer, error);
      throw this.#error("store blocks", error);
    }
    // It was listed, perhaps, while it was being written.
    this.#lose(writer.name);
    const number = this.#files.push(ownFile(writer.name, true)) - 1;
    for (const { digest, offset, length } of writer.records) {
      this.#index.add(digest, { file: number, offset, length });
    }
  }

  async close(): Promise<void> {
    try {
      await this.settle();
    } finally {
      await this.#folder.close();
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
      await this.#clearAway(since);
      await this.#refresh();
      const old: [number, KnownFile][] = [];
      for (const [number, file] of this.#files.entries()) {
        if (!file.gone && !isAside(file.name) && (await this.#modifiedAt(file.name)) < since)
          old.push([number, file]);
      }
      const keptAs = await decide();
      const candidates: { number: number; file: KnownFile; keptBytes: number }[] = [];
      for (const [number, file] of old) {
        let keptBytes = 0;
        for (const { digest, length } of await unlessMissing(this.#recordsOf(file.name), []))
          if (keptAs(digest) !== undefined) keptBytes += length;
        candidates.push({ number, file, keptBytes });
      }
      // On a full disk there is room for a copy only when other files are gone.
      candidates.sort((one, other) => one.keptBytes - other.keptBytes);
      let removed = 0;
      for (const { number, file } of candidates) {
        // Another collection may be faster.
        removed += await unlessMissing(this.#sweepFile(number, file, since, keptAs), 0);
      }
      return removed;
    } catch (error) {
      throw this.#error("remove blocks", error);
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
    for (const record of await this.#recordsOf(file.name)) {
      const cid = keptAs(record.digest);
      if (cid === undefined) unkept++;
      else kept.push({ cid, record });
    }
    if (unkept === 0 && kept.length > 0) return 0;
    for (const { cid, record } of kept) {
      if (await this.#isElsewhere(cid, number)) continue;
      const bytes = await this.#folder.read(file.name, record.offset, record.length);
      if (await isBlockOf(cid, bytes)) await this.#add(cid, bytes);
    }
    await this.settle();
    if (!(await this.#folder.removeUntouched(file.name, since))) return 0;
    // An open file keeps its room on the disk.
    await this.#folder.forget(file.name);
    this.#lose(file.name);
    await this.#folder.remove(indexNameOf(file.name));
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

  /** Takes back and clears away what collections and writers that died have left. */
  async #clearAway(since: number): Promise<void> {
    await this.#folder.recover(since);
    const names = await this.#folder.list();
    const indexes = new Set(names.filter(isCar).map(indexNameOf));
    for (const name of names) {
      if (!name.endsWith(INDEX) || indexes.has(name)) continue;
      if ((await this.#modifiedAt(name)) < since) await this.#folder.remove(name);
    }
  }

  /** @returns infinity for a file that another process has taken. */
  #modifiedAt(name: string): Promise<number> {
    return unlessMissing(this.#folder.modifiedAt(name), Number.POSITIVE_INFINITY);
  }

  async #recordsOf(name: string): Promise<CarRecord[]> {
    const records = await readIndex(this.#folder, name);
    if (records !== null) return [...records];
    const found: CarRecord[] = [];
    await scan(this.#folder, name, 0, (record) => found.push(record));
    return found;
  }

  /** Reaches for the file of a block, which another process may have removed. */
  async #reach(cid: CID, use: (place: BlockPlace) => Promise<unknown>): Promise<BlockPlace | null> {
    for (let place = await this.locate(cid); place !== null; place = await this.locate(cid)) {
      try {
        await use(place);
        return place;
      } catch (error) {
        if (!isMissing(error)) throw this.#error("look for a block", error);
        this.#lose(place.name);
      }
    }
    return null;
  }

  #synced(file: KnownFile): void {
    file.synced = true;
    this.#unsynced.delete(file);
  }

  #notSynced(file: KnownFile): void {
    file.synced = false;
    this.#unsynced.add(file);
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
      throw this.#error("store a block", error);
    }
  }

  /** The file that this store adds to. A collection of another process may have taken the one before. */
  async #ownFile(): Promise<OwnFile> {
    for (;;) {
      const writing = (this.#writer ??= this.#begin());
      try {
        const { writer } = await writing;
        await this.#folder.touch(writer.name);
        return await writing;
      } catch (error) {
        if (this.#writer === writing) this.#writer = undefined;
        if (!isMissing(error)) throw error;
        const { writer } = await writing;
        this.#lose(writer.name);
        await writer.leave();
      }
    }
  }

  async #begin(): Promise<OwnFile> {
    const writer = await CarWriter.begin(this.#folder, freshName());
    // It is this store's own: what is added to it is known without reading it. It may have been listed already.
    let number = this.#number(writer.name);
    if (number < 0) number = this.#files.push(ownFile(writer.name, false)) - 1;
    this.#files[number]!.ended = true;
    this.#notSynced(this.#files[number]!);
    return { writer, number };
  }

  #find(cid: CID): BlockPlace | null {
    const place = this.#index.find(cid.multihash.digest);
    const file = place === null ? undefined : this.#files[place.file];
    if (place === null || file === undefined || file.gone) return null;
    return { name: file.name, offset: place.offset, length: place.length, isAside: isAside(file.name) };
  }

  #number(name: string): number {
    return this.#files.findLastIndex((file) => file.name === name && !file.gone);
  }

  #lose(name: string): void {
    const file = this.#files[this.#number(name)];
    if (file === undefined) return;
    file.gone = true;
    this.#unsynced.delete(file);
    this.#readAgain();
    void this.#folder.forget(name);
  }

  #error(doing: string, error: unknown): unknown {
    return storeError(this.#folder.path, doing, error);
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
          throw this.#error("list blocks", error);
        }));
      });
    return this.#refreshNext;
  }

  async #look(): Promise<void> {
    // Those that are begun meanwhile may not be in the list yet.
    const before = this.#files.length;
    const listed = await this.#folder.listChanged();
    if (listed !== null) {
      const names = new Set(listed.filter(isCar).toSorted());
      for (const file of this.#files.slice(0, before)) {
        if (!file.gone && !names.has(file.name)) this.#lose(file.name);
      }
      for (const name of names) if (this.#number(name) < 0) this.#files.push(otherFile(name));
    }
    for (const [number, file] of this.#files.entries()) {
      if (file.ended || file.gone) continue;
      await this.#read(number, file).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        this.#lose(file.name);
      });
    }
  }

  /** Takes up what is new in a file of another process. */
  async #read(number: number, file: KnownFile): Promise<void> {
    const add = ({ digest, offset, length }: CarRecord): void => {
      if (file.damaged.has(offset)) return;
      // A file that can be relied on comes first.
      const other = this.#files[this.#index.find(digest)?.file ?? -1];
      if (isAside(file.name) && other?.gone === false) return;
      this.#index.add(digest, { file: number, offset, length });
    };
    const records = await readIndex(this.#folder, file.name);
    if (records !== null) {
      for (const record of records) add(record);
      file.ended = true;
      file.synced = true;
      return;
    }
    const reading = this.#readings;
    const scanned = await scan(this.#folder, file.name, file.scanned, add);
    if (scanned > file.scanned) file.synced = false;
    if (reading === this.#readings) file.scanned = scanned;
  }
}

function takenAway({ folder, name }: CarWriter, cause: unknown): BuskerError {
  return new BuskerError(
    "STORE_UNUSABLE",
    `Cannot store blocks: ${name} in ${folder.path} was removed meanwhile.`,
    {
      hint: "Repeat the step, and leave the files of the store to Busker.",
      cause,
    },
  );
}

function otherFile(name: string): KnownFile {
  return { name, ended: false, scanned: 0, gone: false, synced: false, damaged: new Set() };
}

function ownFile(name: string, synced: boolean): KnownFile {
  return { ...otherFile(name), ended: true, synced };
}
