import type { CID } from "multiformats/cid";
import { fromHex, wipe } from "../crypto/bytes.ts";
import { chunkKey, chunkKeyHashes } from "../crypto/chunkKey.ts";
import { lockFragment } from "../crypto/fragmentCipher.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { blockOf, RAW } from "./block.ts";
import { chunkRootFrom } from "./chunkRoot.ts";
import { FRAGMENTS_IN_FLIGHT } from "./constants.ts";
import { DagBuilder } from "./dagBuilder.ts";
import { inOrder } from "./inOrder.ts";
import { Layout } from "./layout.ts";
import { makeManifest } from "./makeManifest.ts";
import { serializeManifest } from "./manifest.ts";
import { SteadyFiles } from "./steadyFiles.ts";
import type { AbortOptions, BlockSink } from "../content/store.ts";
import type { Block } from "./block.ts";
import type { InputFile } from "./input.ts";
import type { Leaf } from "./layout.ts";
import type { ArchiveLock, Work } from "./makeManifest.ts";
import type { Manifest } from "./manifest.ts";

export interface PackProgress {
  /** Bytes of the archive that are stored, and all of them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Path of the file that the last stored fragment belongs to; undefined before the first. */
  readonly file: string | undefined;
}

export interface PackOptions extends AbortOptions {
  /** In the order in which they are to be in the archive. */
  readonly files: readonly InputFile[];
  readonly work: Work;
  readonly lock: ArchiveLock;
  /** K sealed to recipients, in base64. */
  readonly sealed?: readonly string[] | undefined;
  /** Takes the blocks. They are not pinned here. */
  readonly sink: BlockSink;
  readonly onProgress?: ((progress: PackProgress) => void) | undefined;
}

export interface PackedArchive {
  /** CID of the root block; its digest is the terms' archiveRoot. */
  readonly root: CID;
  /** Bytes of the tar file. */
  readonly archiveSize: number;
  /** C. */
  readonly chunkCount: number;
  /** 32 bytes. */
  readonly chunkRoot: Uint8Array;
  /** keccak256(K), 32 bytes. */
  readonly keyHash: Uint8Array;
  /** 32 bytes. */
  readonly archiveSalt: Uint8Array;
  readonly manifest: Manifest;
}

/** What is known about an archive before any file is read. */
export interface ArchivePlan {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly layout: Layout;
  readonly lock: ArchiveLock;
}

/** Plans an archive. @throws {BuskerError} those of makeManifest */
export function planArchive({ files, work, lock, sealed }: Omit<PackOptions, "sink">): ArchivePlan {
  const manifest = makeManifest(files, work, lock, sealed);
  const manifestBytes = serializeManifest(manifest);
  return { manifest, manifestBytes, lock, layout: new Layout(manifest, manifestBytes.length) };
}

/** @returns what the terms will say about an archive, once its root and the leaves of its chunk tree are known. */
export function describeArchive(
  { manifest, layout, lock }: ArchivePlan,
  root: CID,
  chunkRoot: Uint8Array,
): PackedArchive {
  return {
    root,
    archiveSize: layout.size,
    chunkCount: manifest.lock.chunkCount,
    chunkRoot,
    keyHash: keyHashOf(lock.contentKey),
    archiveSalt: fromHex(manifest.lock.archiveSalt, 32),
    manifest,
  };
}

/**
 * Packs files into an archive, block by block, into a store. Memory is bounded by a few fragments. The same files, work
 * and lock give the same blocks, so a pack that was interrupted is simply repeated.
 *
 * @throws {BuskerError} those of makeManifest; FILE_CHANGED, FILE_UNREADABLE; those of the sink. The signal's reason
 */
export async function packArchive(options: PackOptions): Promise<PackedArchive> {
  const { files, lock, sink, signal, onProgress } = options;
  const plan = planArchive(options);
  const { manifest, manifestBytes, layout } = plan;
  const { chunkCount } = manifest.lock;
  const keyHashes = chunkKeyHashes(lock.contentKey, lock.archiveSalt, chunkCount);
  const inputs = new SteadyFiles(files);

  const contentOf = async (leaf: Leaf): Promise<Uint8Array> => {
    if (leaf.kind === "gap") return leaf.bytes;
    if (leaf.kind !== "fragment") {
      return (leaf.kind === "manifest" ? manifestBytes : keyHashes).subarray(leaf.from, leaf.to);
    }
    const { file, from, to, lockedIndex } = leaf.fragment;
    const plain = await inputs.read(file, from, to);
    if (lockedIndex === null) return plain;
    const key = chunkKey(lock.contentKey, lock.archiveSalt, lockedIndex);
    try {
      return await lockFragment(
        key,
        { archiveSalt: lock.archiveSalt, index: lockedIndex, chunkCount },
        plain,
      );
    } finally {
      wipe(key);
    }
  };
  const store = async (block: Block): Promise<void> => sink.put(block.cid, block.bytes, { signal });
  const makeLeaf = async (leaf: Leaf): Promise<{ leaf: Leaf; cid: CID; size: number }> => {
    signal?.throwIfAborted();
    const block = await blockOf(RAW, await contentOf(leaf));
    await store(block);
    return { leaf, cid: block.cid, size: block.bytes.length };
  };

  const dag = new DagBuilder();
  const ciphertextHashes = new Uint8Array(32 * chunkCount);
  let bytesDone = 0;
  let file: string | undefined;
  try {
    // gaps take a place in the window too, but next to no time: half of it are fragments
    for await (const { leaf, cid, size } of inOrder(layout.leaves(), 2 * FRAGMENTS_IN_FLIGHT, makeLeaf)) {
      for (const node of await dag.add(cid, size)) await store(node);
      if (leaf.kind === "fragment") {
        const { lockedIndex } = leaf.fragment;
        if (lockedIndex !== null) ciphertextHashes.set(cid.multihash.digest, 32 * lockedIndex);
        file = manifest.files[leaf.fragment.file]?.path;
      }
      bytesDone += size;
      onProgress?.({ bytesDone, bytesTotal: layout.size, file });
    }
  } finally {
    await inputs.close();
  }
  const nodes = await dag.finish();
  for (const node of nodes) await store(node);
  return describeArchive(plan, nodes.at(-1)!.cid, chunkRootFrom(keyHashes, ciphertextHashes));
}
