import type { CID } from "multiformats/cid";
import { equal, fromHex } from "../crypto/bytes.ts";
import { chunkRootFrom } from "./chunkRoot.ts";
import { FRAGMENTS_IN_FLIGHT } from "./constants.ts";
import { DagBuilder } from "./dagBuilder.ts";
import { notAnArchive } from "./errors.ts";
import { inOrder } from "./inOrder.ts";
import { retrieveManifest } from "./retrieveManifest.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import type { Leaf } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import type { ArchiveView } from "./retrieveManifest.ts";

export interface VerifyOptions extends AbortOptions {
  readonly onProgress?: ((progress: { bytesDone: number; bytesTotal: number }) => void) | undefined;
}

/** What a whole archive amounts to, to be compared with terms. */
export interface VerifiedArchive {
  /** 32 bytes, rebuilt from key-hashes and the blocks' CIDs. */
  readonly chunkRoot: Uint8Array;
  /** C. */
  readonly chunkCount: number;
  /** keccak256(K), 32 bytes. */
  readonly keyHash: Uint8Array;
  /** 32 bytes. */
  readonly archiveSalt: Uint8Array;
  /** Bytes of the tar file. */
  readonly archiveSize: number;
  readonly manifest: Manifest;
}

/**
 * Reads a whole archive without its content key and checks that it is well-formed to the last bit: every block is there
 * and has its hash, the tar file is exactly the one that the manifest describes, and the tree over the blocks is the one
 * that the format prescribes. What remains unknown without K is whether locked fragments open; that is what audits are for.
 *
 * @throws {BuskerError} those of retrieveManifest; CONTENT_NOT_FOUND for the first block that cannot be had
 */
export async function verifyArchive(
  source: BlockSource,
  root: CID,
  { signal, onProgress }: VerifyOptions = {},
): Promise<VerifiedArchive> {
  const view = await retrieveManifest(source, root, { signal });
  const { manifest, layout, keyHashes } = view;
  const ciphertextHashes = new Uint8Array(keyHashes.length);
  const dag = new DagBuilder();
  let position = 0;
  let bytesDone = 0;
  const check = async (leaf: Leaf): Promise<{ leaf: Leaf; cid: CID; size: number }> => {
    signal?.throwIfAborted();
    const place = position++;
    const cid = await view.index.leaf(place, { signal });
    const bytes = await source.get(cid, { signal });
    if (!isAsPlanned(view, leaf, bytes))
      throw notAnArchive(root, `block ${place} of its file is not what its manifest says`);
    return { leaf, cid, size: bytes.length };
  };
  for await (const { leaf, cid, size } of inOrder(layout.leaves(), 2 * FRAGMENTS_IN_FLIGHT, check)) {
    await dag.add(cid, size);
    if (leaf.kind === "fragment" && leaf.fragment.lockedIndex !== null) {
      ciphertextHashes.set(cid.multihash.digest, 32 * leaf.fragment.lockedIndex);
    }
    bytesDone += size;
    onProgress?.({ bytesDone, bytesTotal: layout.size });
  }
  const rebuilt = (await dag.finish()).at(-1)!.cid;
  if (!rebuilt.equals(root))
    throw notAnArchive(root, `the tree over its blocks is not the usual one, which is ${rebuilt}`);
  return {
    chunkRoot: chunkRootFrom(keyHashes, ciphertextHashes),
    chunkCount: manifest.lock.chunkCount,
    keyHash: fromHex(manifest.lock.keyHash, 32),
    archiveSalt: fromHex(manifest.lock.archiveSalt, 32),
    archiveSize: layout.size,
    manifest,
  };
}

/** Compares a block with what the layout says about it: all bytes where they are known, else the size. */
function isAsPlanned(view: ArchiveView, leaf: Leaf, bytes: Uint8Array): boolean {
  if (leaf.kind === "fragment") return bytes.length === leaf.fragment.size;
  if (leaf.kind === "gap") return equal(bytes, leaf.bytes);
  const whole = leaf.kind === "manifest" ? view.manifestBytes : view.keyHashes;
  return equal(bytes, whole.subarray(leaf.from, leaf.to));
}
