import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { CID } from "multiformats/cid";
import { BlockIndex } from "./blockIndex.ts";
import { CAR, indexPathOf, readIndex, scan, type CarRecord } from "./carFile.ts";
import { CarWriter } from "./carWriter.ts";
import { CLOCK_LAG_MS } from "./constants.ts";
import { storeError } from "./errors.ts";
import { OpenFiles } from "./openFiles.ts";

/** A CAR file of the directory, as far as it is known. */
interface KnownFile {
  readonly path: string;
  /** Nobody adds to it any more. */
  ended: boolean;
  /** Bytes of it that are in the index. */
  scanned: number;
  /** Another process has removed it. */
  gone: boolean;
}

/** Where a block is on the disk. */
export interface BlockPlace {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
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
  #refreshing: Promise<void> = Promise.resolve();
  #refreshNext: Promise<void> | undefined;
  #writer: Promise<CarWriter> | undefined;
  readonly #adding = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes sure that the directory exists and can be written to. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true });
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

  async has(cid: CID): Promise<boolean> {
    return (await this.locate(cid)) !== null;
  }

  /** Marks a block as relied on now, so that a collection that has already begun leaves it. @returns false when it is not here. */
  async touch(cid: CID): Promise<boolean> {
    const now = new Date();
    for (let place = await this.locate(cid); place !== null; place = await this.locate(cid)) {
      try {
        await utimes(place.path, now, now);
        return true;
      } catch (error) {
        if (!isMissing(error)) throw storeError(this.directory, "look for a block", error);
        this.#lose(place.path);
      }
    }
    return false;
  }

  /** Forgets a block whose bytes are damaged: what is put under its CID next takes its place. */
  discard(cid: CID): void {
    this.#index.remove(cid.multihash.digest);
  }

  /** Brings all that was put to the disk, whatever happens to the machine then. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async settle(): Promise<void> {
    const ending = this.#writer;
    this.#writer = undefined;
    if (ending === undefined) return;
    try {
      const writer = await ending;
      await writer.end();
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
      await mkdir(this.directory, { recursive: true });
      return await CarWriter.open(join(this.directory, name + CAR));
    } catch (error) {
      throw storeError(this.directory, "store blocks", error);
    }
  }

  /** Brings such a file to the disk, and gives its blocks from now on. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async takeUp(writer: CarWriter): Promise<void> {
    try {
      await writer.end();
    } catch (error) {
      throw storeError(this.directory, "store blocks", error);
    }
    const number = this.#files.push({ path: writer.path, ended: true, scanned: 0, gone: false }) - 1;
    for (const { digest, offset, length } of writer.records) {
      this.#index.add(digest, { file: number, offset, length });
    }
  }

  async close(): Promise<void> {
    await this.settle();
    await this.#open.close();
  }

  /**
   * Removes the blocks that are not kept, of all files that nothing was added to and no block of which was relied on since. A file is
   * moved aside before its time is looked at, so a `touch` comes either before (then it goes back) or finds nothing (then the block is
   * stored anew). What is kept of a file is copied to a new one first.
   *
   * @param since milliseconds since 1970
   * @param decide called once the files are known; what it returns gives the CID of a block that is kept
   * @returns how many were removed
   */
  async sweep(
    since: number,
    decide: () => Promise<(digest: Uint8Array) => CID | undefined>,
  ): Promise<number> {
    await this.settle();
    await this.#refresh();
    const old: [number, KnownFile][] = [];
    for (const [number, file] of this.#files.entries()) {
      if (!file.gone && (await modifiedAt(file.path)) < since) old.push([number, file]);
    }
    const keptAs = await decide();
    let removed = 0;
    for (const [number, file] of old) {
      const blocks = [...this.#index.of(number)];
      const kept = blocks.flatMap(({ digest, place }) => {
        const cid = keptAs(digest);
        return cid === undefined ? [] : [{ cid, place }];
      });
      if (kept.length > 0 && kept.length === blocks.length) continue;
      for (const { cid, place } of kept) {
        await this.#add(cid, await this.#open.read(file.path, place.offset, place.length));
      }
      await this.settle();
      if (await this.#removeUntouched(file, since)) removed += blocks.length - kept.length;
    }
    return removed;
  }

  /** @returns whether it was removed */
  async #removeUntouched(file: KnownFile, since: number): Promise<boolean> {
    const aside = `${file.path}.${process.pid}`;
    try {
      await rename(file.path, aside);
      if ((await modifiedAt(aside)) >= since) {
        await rename(aside, file.path);
        return false;
      }
      this.#lose(file.path);
      await unlink(aside);
      await unlink(indexPathOf(file.path)).catch(() => undefined);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw storeError(this.directory, "remove blocks", error);
    }
  }

  async #add(cid: CID, bytes: Uint8Array): Promise<void> {
    try {
      const writer = await this.#ownFile();
      const { digest, offset, length } = await writer.add(cid, bytes);
      this.#index.add(digest, { file: this.#number(writer.path), offset, length });
    } catch (error) {
      throw storeError(this.directory, "store a block", error);
    }
  }

  /** The file that this store adds to. A collection of another process may have taken the one before. */
  async #ownFile(): Promise<CarWriter> {
    const now = new Date();
    for (;;) {
      const writing = (this.#writer ??= this.#begin());
      const { path } = await writing;
      try {
        await utimes(path, now, now);
        return await writing;
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.#lose(path);
        if (this.#writer === writing) this.#writer = undefined;
      }
    }
  }

  async #begin(): Promise<CarWriter> {
    // Later files take the place of earlier ones.
    const name = `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}${CAR}`;
    await mkdir(this.directory, { recursive: true });
    const writer = await CarWriter.begin(join(this.directory, name));
    // It is this store's own: what is added to it is known without reading it.
    this.#files.push({ path: writer.path, ended: true, scanned: 0, gone: false });
    return writer;
  }

  #find(cid: CID): BlockPlace | null {
    const place = this.#index.find(cid.multihash.digest);
    const file = place === null ? undefined : this.#files[place.file];
    if (place === null || file === undefined || file.gone) return null;
    return { path: file.path, offset: place.offset, length: place.length };
  }

  #number(path: string): number {
    return this.#files.findLastIndex((file) => file.path === path && !file.gone);
  }

  #lose(path: string): void {
    const file = this.#files[this.#number(path)];
    if (file !== undefined) file.gone = true;
    void this.#open.forget(path);
  }

  /** Looks for what other processes have added since the last time. Whoever comes while it looks waits for another round. */
  #refresh(): Promise<void> {
    this.#refreshNext ??= this.#refreshing.then(() => {
      this.#refreshNext = undefined;
      return (this.#refreshing = this.#look().catch((error: unknown) => {
        throw storeError(this.directory, "list blocks", error);
      }));
    });
    return this.#refreshNext;
  }

  async #look(): Promise<void> {
    const { mtimeNs } = await stat(this.directory, { bigint: true }).catch((error: unknown) => {
      // Nothing was stored yet.
      if (isMissing(error)) return { mtimeNs: -1n };
      throw error;
    });
    if (mtimeNs !== this.#listedAt) {
      const names = (await readdir(this.directory)).filter((name) => name.endsWith(CAR)).toSorted();
      const paths = new Set(names.map((name) => join(this.directory, name)));
      for (const file of this.#files) if (!paths.has(file.path)) file.gone = true;
      for (const path of paths) {
        if (this.#number(path) < 0) this.#files.push({ path, ended: false, scanned: 0, gone: false });
      }
      // A change right after the listing may leave the same time.
      this.#listedAt = BigInt(Date.now() - CLOCK_LAG_MS) * 1_000_000n > mtimeNs ? mtimeNs : -1n;
    }
    for (const [number, file] of this.#files.entries()) {
      if (file.ended || file.gone) continue;
      await this.#read(number, file).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        file.gone = true;
      });
    }
  }

  /** Takes up what is new in a file of another process. */
  async #read(number: number, file: KnownFile): Promise<void> {
    const add = ({ digest, offset, length }: CarRecord): void =>
      this.#index.add(digest, { file: number, offset, length });
    const records = await readIndex(file.path);
    if (records !== null) {
      for (const record of records) add(record);
      file.ended = true;
      return;
    }
    const { size } = await stat(file.path);
    if (size > file.scanned) file.scanned = await scan(file.path, file.scanned, add);
  }
}

async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    // Another process has it in its hands.
    () => Number.POSITIVE_INFINITY,
  );
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}
