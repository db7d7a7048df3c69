import { archiveRootOf } from "../archive/block.ts";
import { toHex } from "../crypto/bytes.ts";
import { packArchive, type PackedArchive, type PackOptions } from "../archive/pack.ts";
import type { Manifest } from "../archive/manifest.ts";
import type { ArchiveFacts } from "./offering.ts";

export interface Packed extends ArchiveFacts {
  /** CID of the archive. */
  archive: string;
  manifest: Manifest;
}

/**
 * Packs a work into a store and pins nothing: `publish` does.
 *
 * @returns what the terms will say about the archive
 * @throws BuskerError, see packArchive
 */
export async function pack(options: PackOptions): Promise<Packed> {
  return factsOf(await packArchive(options));
}

/** @returns what drafts and terms keep of a packed archive. */
export function factsOf(packed: PackedArchive): Packed {
  return {
    archive: packed.root.toString(),
    archiveRoot: toHex(archiveRootOf(packed.root)),
    archiveSize: packed.archiveSize,
    archiveSalt: toHex(packed.archiveSalt),
    chunkRoot: toHex(packed.chunkRoot),
    chunkCount: packed.chunkCount,
    keyHash: toHex(packed.keyHash),
    manifest: packed.manifest,
  };
}
