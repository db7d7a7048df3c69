import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { DAG_PB, RAW } from "./links.ts";
import { readCar } from "./readCar.ts";
import type { AbortOptions, ContentStore } from "./store.ts";

/** How far an import has come. */
export interface ImportProgress {
  readonly blocksDone: number;
  /** Bytes of these blocks. */
  readonly bytesDone: number;
}

export interface ImportCarOptions extends AbortOptions {
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** What a CAR stream held. */
export interface ImportedCar extends ImportProgress {
  /** Its roots, now pinned. */
  readonly roots: readonly CID[];
}

/**
 * Keeps every block of a CAR stream and pins its roots. Blocks that the stream lacks come from the store or its peers. After a failure
 * it may be repeated.
 *
 * @throws {BuskerError} CAR_MALFORMED, CONTENT_CORRUPT, CONTENT_NOT_FOUND when a block below a root cannot be had, STORE_FULL,
 * STORE_UNUSABLE. The signal's reason
 */
export async function importCar(
  stream: AsyncIterable<Uint8Array>,
  store: ContentStore,
  { signal, onProgress }: ImportCarOptions = {},
): Promise<ImportedCar> {
  const { roots, blocks } = await readCar(stream, { signal });
  if (roots.length === 0) throw rootless("names no root: nothing says what its blocks are");
  const other = roots.find(({ code }) => code !== DAG_PB && code !== RAW);
  if (other !== undefined)
    throw rootless(`names the root ${other}, and what is below that is not known here`);
  let [blocksDone, bytesDone] = [0, 0];
  for await (const { cid, bytes } of blocks) {
    await store.put(cid, bytes, { signal });
    bytesDone += bytes.length;
    blocksDone++;
    onProgress?.({ blocksDone, bytesDone });
  }
  for (const root of roots) await store.pin(root, { signal });
  return { roots, blocksDone, bytesDone };
}

function rootless(why: string): BuskerError {
  return new BuskerError("CAR_MALFORMED", `The CAR stream ${why}.`, {
    hint: "Have it exported again from the root of the archive.",
  });
}
