import { createCipheriv, createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { READ_FLAGS, stampOf } from "../../archive/node/folderFiles.ts";
import { Layout } from "../../archive/layout.ts";
import { parseManifest } from "../../archive/manifest.ts";
import { cidOf, RAW } from "../../archive/block.ts";
import { sectionHead, sectionLength } from "../../content/carFormat.ts";
import { fromHex, wipe } from "../../crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "../../crypto/chunkKey.ts";
import { chunkLeaf } from "../../crypto/chunkTree.ts";
import { FRAGMENT_NONCE, placeBytes } from "../../crypto/fragmentCipher.ts";
import { RESULT_SIZE, type PackFault, type PackJob, type PackResult, type PackSetup } from "./packJob.ts";

const [, setup] = workerData as [unknown, PackSetup];
const manifest = parseManifest(setup.manifest);
const layout = new Layout(manifest, setup.manifest.length);
const salt = fromHex(manifest.lock.archiveSalt, 32);
const { chunkCount } = manifest.lock;
const car = openSync(setup.car, "r+");
let input: { file: number; handle: number } | undefined;
let buffer = Buffer.alloc(0);
/** What direct writes are multiples of. */
const PAGE = 4096;
/** Past the page cache, which costs more than locking and hashing. */
const direct = openDirect();
// Direct writes need memory that begins at a page, as that of WebAssembly does.
const gathered = Buffer.from(new WebAssembly.Memory({ initial: 128 }).buffer);

class Fault extends Error {
  readonly result: PackFault;

  constructor(result: PackFault) {
    super();
    this.result = result;
  }
}

/** Reads, locks, hashes and writes some fragments: everything that costs time, on a thread of its own. */
export default function packFragments(job: PackJob): PackResult | PackFault {
  try {
    return { hashes: (setup.isResumed ? found(job) : null) ?? pack(job) };
  } catch (error) {
    if (error instanceof Fault) return error.result;
    throw error;
  }
}

function pack({ file, from, to, offset }: PackJob): Uint8Array {
  const hashes = new Uint8Array((to - from) * RESULT_SIZE);
  const first = layout.fragment(file, from);
  const plain = readInput(file, first.from, layout.fragment(file, to - 1).to);
  const parts: Uint8Array[] = [];
  for (let number = from; number < to; number++) {
    const fragment = layout.fragment(file, number);
    const [gapHash, hash, keyHash, leaf] = fields(hashes.subarray((number - from) * RESULT_SIZE));
    parts.push(...section([layout.gapBefore(fragment)], gapHash));
    const bytes = plain.subarray(fragment.from - first.from, fragment.to - first.from);
    const { lockedIndex } = fragment;
    if (lockedIndex === null) {
      parts.push(...section([bytes], hash));
      continue;
    }
    const key = chunkKey(setup.contentKey, salt, lockedIndex);
    keyHash.set(chunkKeyHash(key));
    parts.push(...section(lock(key, lockedIndex, bytes), hash));
    wipe(key);
    leaf.set(chunkLeaf(lockedIndex, keyHash, hash));
  }
  write(parts, offset);
  return hashes;
}

/** What a pack that was interrupted has written of this; null unless all of it is there. */
function found({ file, from, to, offset }: PackJob): Uint8Array | null {
  const hashes = new Uint8Array((to - from) * RESULT_SIZE);
  let position = offset;
  for (let number = from; number < to; number++) {
    const fragment = layout.fragment(file, number);
    const [gapHash, hash, keyHash, leaf] = fields(hashes.subarray((number - from) * RESULT_SIZE));
    for (const [size, digest] of [
      [layout.gapBefore(fragment).length, gapHash],
      [fragment.size, hash],
    ] as const) {
      const stored = readFrom(car, position, sectionLength(size));
      if (stored === null) return null;
      const block = stored.subarray(stored.length - size);
      const head = stored.subarray(0, stored.length - size);
      digest.set(createHash("sha256").update(block).digest());
      if (!head.equals(sectionHead(cidOf(RAW, digest), size))) return null;
      position += stored.length;
    }
    if (fragment.lockedIndex === null) continue;
    const key = chunkKey(setup.contentKey, salt, fragment.lockedIndex);
    keyHash.set(chunkKeyHash(key));
    wipe(key);
    leaf.set(chunkLeaf(fragment.lockedIndex, keyHash, hash));
  }
  return hashes;
}

function fields(result: Uint8Array): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const field = (n: number): Uint8Array => result.subarray(32 * n, 32 * n + 32);
  return [field(0), field(1), field(2), field(3)];
}

/** The ciphertext and its tag. */
function lock(key: Uint8Array, index: number, plain: Uint8Array): Uint8Array[] {
  const cipher = createCipheriv("aes-256-gcm", key, FRAGMENT_NONCE);
  cipher.setAAD(placeBytes({ archiveSalt: salt, index, chunkCount }));
  const locked = cipher.update(plain);
  cipher.final();
  return [locked, cipher.getAuthTag()];
}

/** A block in its section; its hash is put where it is to be. */
function section(block: Uint8Array[], hash: Uint8Array): Uint8Array[] {
  const hasher = createHash("sha256");
  let length = 0;
  for (const part of block) {
    hasher.update(part);
    length += part.length;
  }
  hash.set(hasher.digest());
  return [sectionHead(cidOf(RAW, hash), length), ...block];
}

function readInput(file: number, from: number, to: number): Buffer {
  const { place, stamp } = setup.files[file]!;
  try {
    if (input?.file !== file) {
      if (input !== undefined) closeSync(input.handle);
      input = undefined;
      input = { file, handle: openSync(place, READ_FLAGS) };
    }
    const bytes = readFrom(input.handle, from, to - from);
    // Looked at after every read: what was read by then is of that state, or of none.
    if (bytes === null || stampOf(fstatSync(input.handle, { bigint: true })) !== stamp) {
      throw new Fault({ fault: "changed" });
    }
    return bytes;
  } catch (error) {
    throw error instanceof Fault ? error : new Fault({ fault: "input", code: codeOf(error) });
  }
}

/** @returns bytes of a file, valid until the next call; null where it ends before. */
function readFrom(handle: number, position: number, length: number): Buffer | null {
  if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const read = readSync(handle, buffer, done, length - done, position + done);
    if (read === 0) return null;
    done += read;
  }
  return buffer.subarray(0, length);
}

/** Gathers the parts where the disk can take them without a copy of its own, and writes them. */
function write(parts: readonly Uint8Array[], offset: number): void {
  const lead = offset % PAGE;
  let end = lead;
  for (const part of parts) {
    gathered.set(part, end);
    end += part.length;
  }
  try {
    const from = Math.ceil(lead / PAGE) * PAGE;
    const to = Math.max(from, end - (end % PAGE));
    const start = offset - lead;
    writeAll(car, lead, Math.min(from, end), start);
    writeAll(direct, from, to, start);
    writeAll(car, to, end, start);
  } catch (error) {
    throw new Fault({ fault: "store", code: codeOf(error) });
  }
}

/** Some file systems have no direct writes. */
function openDirect(): number {
  try {
    return openSync(setup.car, constants.O_RDWR | (constants.O_DIRECT ?? 0));
  } catch {
    return car;
  }
}

function writeAll(handle: number, from: number, to: number, start: number): void {
  for (let at = from; at < to;) at += writeSync(handle, gathered, at, to - at, start + at);
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return code;
}
