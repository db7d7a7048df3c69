import { open } from "node:fs/promises";
import { join } from "node:path";
import type { CID } from "multiformats/cid";
import { blocksIn } from "../localStore.ts";

/** Changes a block on the disk of a store. */
export async function damage(directory: string, cid: CID): Promise<void> {
  const place = await blocksIn(directory).locate(cid);
  const file = await open(join(directory, "blocks", place!.name), "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, place!.offset);
  await file.write(Uint8Array.of(byte[0]! ^ 1), 0, 1, place!.offset);
  await file.close();
}
