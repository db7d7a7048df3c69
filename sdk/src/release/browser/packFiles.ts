import { blockOf, RAW, type Block } from "../../archive/block.ts";
import { inOrder } from "../../archive/inOrder.ts";
import type { InputFile, OpenFile } from "../../archive/input.ts";
import type { Fragment } from "../../archive/layout.ts";
import { planArchive, type ArchivePlan, type PackOptions } from "../../archive/pack.ts";
import { changed, unreadable } from "../../archive/steadyFiles.ts";
import { sectionHead, sectionLength } from "../../content/carFormat.ts";
import type { CarWriter } from "../../content/carWriter.ts";
import { storeError } from "../../content/errors.ts";
import type { FolderStore } from "../../content/folderStore.ts";
import { equal, wipe } from "../../crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "../../crypto/chunkKey.ts";
import { chunkLeaf } from "../../crypto/chunkTree.ts";
import { lockFragment } from "../../crypto/fragmentCipher.ts";
import type { Packed } from "../pack.ts";
import { packByJobs, packFile, type JobDone } from "../packByJobs.ts";
import { hashesAt, RESULT_SIZE, type Hashes, type PackJob } from "../packJobs.ts";

/** Jobs under way: while one is written, others are locked, hashed and read. */
const AT_ONCE = 6;

export interface FilesPackOptions extends Omit<PackOptions, "sink"> {
  readonly store: FolderStore;
}

/**
 * Packs files into a store, as `pack` does, on one thread: WebCrypto has its own. What an interrupted pack of the same files, work
 * and lock has written is used again.
 *
 * @throws {BuskerError} those of makeManifest; FILE_CHANGED, FILE_UNREADABLE; STORE_FULL, STORE_BUSY, STORE_UNUSABLE. The signal's
 * reason
 */
export async function packFiles(options: FilesPackOptions): Promise<Packed> {
  const { files, store, signal, onProgress } = options;
  const plan = planArchive(options);
  const car = await packFile(plan, files, store);
  const packer = new Packer(plan, files, car);
  const doOne = async (job: PackJob): Promise<JobDone> => {
    signal?.throwIfAborted();
    return { job, hashes: await packer.pack(job) };
  };
  const pack = (jobs: Iterable<PackJob>): AsyncIterable<JobDone> => inOrder(jobs, AT_ONCE, doOne);
  return packByJobs(plan, { store, car, pack, signal, onProgress });
}

class Packer {
  readonly #plan: ArchivePlan;
  readonly #files: readonly InputFile[];
  readonly #car: CarWriter;

  constructor(plan: ArchivePlan, files: readonly InputFile[], car: CarWriter) {
    this.#plan = plan;
    this.#files = files;
    this.#car = car;
  }

  async pack(job: PackJob): Promise<Uint8Array> {
    const fragments = Array.from({ length: job.to - job.from }, (_, n) =>
      this.#plan.layout.fragment(job.file, job.from + n),
    );
    return (this.#car.isResumed ? await this.#find(job, fragments) : null) ?? this.#make(job, fragments);
  }

  async #make({ file, offset }: PackJob, fragments: readonly Fragment[]): Promise<Uint8Array> {
    const { from } = fragments[0]!;
    const plain = await this.#read(file, from, fragments.at(-1)!.to);
    const hashes = new Uint8Array(fragments.length * RESULT_SIZE);
    let position = offset;
    const write = async ({ cid, bytes }: Block): Promise<Uint8Array> => {
      await this.#onStore(this.#car.writeAt(position, cid, bytes));
      position += sectionLength(bytes.length);
      return cid.multihash.digest;
    };
    // One after the other: other jobs keep the rest of the machine busy, and this one holds a single locked fragment in memory.
    for (const [n, fragment] of fragments.entries()) {
      const bytes = plain.subarray(fragment.from - from, fragment.to - from);
      const [gap, block] = await Promise.all([
        blockOf(RAW, this.#plan.layout.gapBefore(fragment).bytes),
        this.#lock(fragment, bytes).then((locked) => blockOf(RAW, locked)),
      ]);
      this.#note(hashesAt(hashes, n), fragment, await write(gap), await write(block));
    }
    return hashes;
  }

  /** What a pack that was interrupted has written of this; null unless all of it is there. */
  async #find({ offset }: PackJob, fragments: readonly Fragment[]): Promise<Uint8Array | null> {
    const hashes = new Uint8Array(fragments.length * RESULT_SIZE);
    let position = offset;
    const find = async (size: number): Promise<Uint8Array | null> => {
      const section = await this.#onStore(this.#car.readAt(position, sectionLength(size)));
      if (section.length < sectionLength(size)) return null;
      const { cid } = await blockOf(RAW, section.subarray(section.length - size));
      position += section.length;
      return equal(section.subarray(0, section.length - size), sectionHead(cid, size))
        ? cid.multihash.digest
        : null;
    };
    for (const [n, fragment] of fragments.entries()) {
      const gap = await find(this.#plan.layout.gapBefore(fragment).size);
      const block = gap === null ? null : await find(fragment.size);
      if (gap === null || block === null) return null;
      this.#note(hashesAt(hashes, n), fragment, gap, block);
    }
    return hashes;
  }

  /** Puts down the hashes of a fragment. */
  #note(into: Hashes, { lockedIndex }: Fragment, gap: Uint8Array, block: Uint8Array): void {
    const { contentKey, archiveSalt } = this.#plan.lock;
    into.gap.set(gap);
    into.block.set(block);
    if (lockedIndex === null) return;
    const key = chunkKey(contentKey, archiveSalt, lockedIndex);
    into.keyHash.set(chunkKeyHash(key));
    wipe(key);
    into.leaf.set(chunkLeaf(lockedIndex, into.keyHash, block));
  }

  async #lock({ lockedIndex }: Fragment, plain: Uint8Array): Promise<Uint8Array> {
    if (lockedIndex === null) return plain;
    const { contentKey, archiveSalt } = this.#plan.lock;
    const { chunkCount } = this.#plan.manifest.lock;
    const key = chunkKey(contentKey, archiveSalt, lockedIndex);
    try {
      return await lockFragment(key, { archiveSalt, index: lockedIndex, chunkCount }, plain);
    } finally {
      wipe(key);
    }
  }

  async #read(file: number, from: number, to: number): Promise<Uint8Array> {
    const input = this.#files[file]!;
    let opened: OpenFile | undefined;
    try {
      opened = await input.open();
      const bytes = await opened.read(from, to - from);
      // Looked at after every read: what was read by then is of that state, or of none.
      const { size, stamp } = await opened.state();
      if (bytes.length === to - from && size === input.size && stamp === input.stamp) return bytes;
    } catch (error) {
      // What a browser says of a file that was written to since it was picked.
      if ((error as Error).name !== "NotReadableError") throw unreadable(input, error);
    } finally {
      await opened?.close();
    }
    throw changed(input);
  }

  #onStore<Result>(action: Promise<Result>): Promise<Result> {
    return action.catch((error: unknown) => {
      throw storeError(this.#car.folder.path, "store blocks", error);
    });
  }
}
