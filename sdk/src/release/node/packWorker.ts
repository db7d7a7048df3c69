import { createCipheriv, createHash, createSecretKey } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { workerData } from "node:worker_threads";
import { cidOf, RAW } from "../../archive/block.ts";
import { Layout, type Fragment } from "../../archive/layout.ts";
import { READ_FLAGS, stampOf } from "../../archive/node/stamp.ts";
import { sectionHead, sectionLength } from "../../content/carFormat.ts";
import { fromHex, wipe } from "../../crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "../../crypto/chunkKey.ts";
import { chunkLeaf } from "../../crypto/chunkTree.ts";
import { FRAGMENT_NONCE, placeBytes } from "../../crypto/fragmentCipher.ts";
import { hashesAt, RESULT_SIZE, type Hashes, type PackJob } from "../packJobs.ts";
import { DirectFile, readAll } from "./directFile.ts";
import { PIECE, withMemory, type JobMemory } from "./jobMemory.ts";
import type { PackFault, PackResult, PackSetup } from "./packJob.ts";

const [, setup] = workerData as [unknown, PackSetup];
const layout = new Layout(setup.manifest, setup.manifestSize);
const salt = fromHex(setup.manifest.lock.archiveSalt, 32);
const { chunkCount } = setup.manifest.lock;
const car = DirectFile.open(setup.car);
car.catch(() => undefined);

class Fault extends Error {
  readonly result: PackFault;

  constructor(result: PackFault) {
    super();
    this.result = result;
  }
}

/**
 * Reads, locks, hashes and writes some fragments: everything that costs time, on a thread of its own. While one job reads or writes
 * another may use the processor.
 */
export default async function packFragments(job: PackJob): Promise<PackResult | PackFault> {
  try {
    const hashes = await withMemory(
      async (memory) => (setup.isResumed ? await found(job, memory) : null) ?? pack(job, memory),
    );
    return { hashes };
  } catch (error) {
    if (error instanceof Fault) return error.result;
    throw error;
  }
}

async function pack(job: PackJob, { input, output }: JobMemory): Promise<Uint8Array> {
  const { file, from, to, offset } = job;
  const begin = layout.fragment(file, from).from;
  const plain = await readInput(file, begin, layout.fragment(file, to - 1).to, input);
  const sections = new Sections(output, DirectFile.lead(offset));
  const hashes = hashesOf(job, (fragment, { gap, block, keyHash, leaf }) => {
    const before = layout.gapBefore(fragment);
    sections.add(before.size, [before.bytes], gap);
    const bytes = plain.subarray(fragment.from - begin, fragment.to - begin);
    const { lockedIndex, size } = fragment;
    if (lockedIndex === null) {
      sections.add(size, [bytes], block);
      return;
    }
    const key = chunkKey(setup.contentKey, salt, lockedIndex);
    keyHash.set(chunkKeyHash(key));
    sections.add(size, lock(key, lockedIndex, bytes), block);
    wipe(key);
    leaf.set(chunkLeaf(lockedIndex, keyHash, block));
  });
  await (await car).write(output, sections.end, offset).catch(fail("store"));
  return hashes;
}

/** What a pack that was interrupted has written of this; null unless all of it is there. */
async function found(job: PackJob, { output }: JobMemory): Promise<Uint8Array | null> {
  const stored = await (await car).read(output, job.length, job.offset).catch(fail("store"));
  if (stored === null) return null;
  let position = 0;
  let isWhole = true;
  const check = (size: number, hash: Uint8Array): void => {
    const section = stored.subarray(position, (position += sectionLength(size)));
    const at = section.length - size;
    hash.set(createHash("sha256").update(section.subarray(at)).digest());
    isWhole &&= section.subarray(0, at).equals(sectionHead(cidOf(RAW, hash), size));
  };
  const hashes = hashesOf(job, (fragment, { gap, block, keyHash, leaf }) => {
    if (!isWhole) return;
    check(layout.gapBefore(fragment).size, gap);
    check(fragment.size, block);
    const { lockedIndex } = fragment;
    if (lockedIndex === null) return;
    const key = chunkKey(setup.contentKey, salt, lockedIndex);
    keyHash.set(chunkKeyHash(key));
    wipe(key);
    leaf.set(chunkLeaf(lockedIndex, keyHash, block));
  });
  return isWhole ? hashes : null;
}

function hashesOf({ file, from, to }: PackJob, fill: (fragment: Fragment, into: Hashes) => void): Uint8Array {
  const all = new Uint8Array((to - from) * RESULT_SIZE);
  for (let number = from; number < to; number++) {
    fill(layout.fragment(file, number), hashesAt(all, number - from));
  }
  return all;
}

/** The ciphertext in pieces, and its tag. */
function* lock(key: Uint8Array, index: number, plain: Uint8Array): Generator<Uint8Array> {
  // Made a key object here, it costs a quarter of what it does in there.
  const cipher = createCipheriv("aes-256-gcm", createSecretKey(key), FRAGMENT_NONCE);
  cipher.setAAD(placeBytes({ archiveSalt: salt, index, chunkCount }));
  for (let at = 0; at < plain.length; at += PIECE) yield cipher.update(plain.subarray(at, at + PIECE));
  cipher.final();
  yield cipher.getAuthTag();
}

/** Sections of a CAR file, one after the other in memory. */
class Sections {
  readonly #memory: Buffer;
  end: number;

  constructor(memory: Buffer, begin: number) {
    this.#memory = memory;
    this.end = begin;
  }

  /** Adds a block of `size` bytes; its hash is put where it is to be. */
  add(size: number, parts: Iterable<Uint8Array>, hash: Uint8Array): void {
    const begin = this.end;
    const hasher = createHash("sha256");
    this.end += sectionLength(size) - size;
    for (const part of parts) {
      hasher.update(part);
      this.#memory.set(part, this.end);
      this.end += part.length;
    }
    hash.set(hasher.digest());
    this.#memory.set(sectionHead(cidOf(RAW, hash), size), begin);
  }
}

async function readInput(file: number, from: number, to: number, memory: Buffer): Promise<Buffer> {
  const { place, stamp } = setup.files[file]!;
  const handle = await open(place, READ_FLAGS).catch(fail("input"));
  try {
    const bytes = await readAll(handle, memory, to - from, from).catch(fail("input"));
    // Looked at after every read: what was read by then is of that state, or of none.
    if (bytes === null || (await stampNow(handle)) !== stamp) throw new Fault({ fault: "changed" });
    return bytes;
  } finally {
    await handle.close();
  }
}

async function stampNow(handle: FileHandle): Promise<string> {
  return stampOf(await handle.stat({ bigint: true }).catch(fail("input")));
}

function fail(fault: "input" | "store"): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Fault({ fault, code });
  };
}
