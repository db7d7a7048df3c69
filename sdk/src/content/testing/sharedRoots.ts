import type { Block } from "../../archive/block.ts";
import { noise } from "../../archive/testing/fixture.ts";
import { repack } from "../../archive/testing/repack.ts";
import type { CID } from "multiformats/cid";
import { fractions } from "./fractions.ts";

/** Roots that there are. */
export const ROOTS = 12;
/** Leaves that they are made of, each of several. */
const LEAVES = 20;

export interface SharedRoot {
  readonly root: CID;
  /** It and all below. */
  readonly blocks: readonly Block[];
}

/** @returns one of some roots, the same in every process, that share leaves. */
export async function rootOf(number: number): Promise<SharedRoot> {
  const random = fractions(number);
  random();
  const leaves = Array.from({ length: 2 + (number % 5) }, () => noise(3000, Math.floor(random() * LEAVES)));
  const blocks = new Map<string, Block>();
  const put = async (cid: CID, bytes: Uint8Array): Promise<void> =>
    void blocks.set(cid.toString(), { cid, bytes });
  const root = await repack({ put }, leaves);
  return { root, blocks: [...blocks.values()] };
}
