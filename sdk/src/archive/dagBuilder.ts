import { encode, prepare } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import { blockOf, DAG_PB } from "./block.ts";
import { MAX_LINKS } from "./constants.ts";
import type { Block } from "./block.ts";

/** A node as its parent links to it. */
interface Child {
  readonly cid: CID;
  /** Bytes of the file below it. */
  readonly fileSize: number;
  /** Bytes of all blocks below it, itself included. */
  readonly totalSize: number;
}

/**
 * Builds the inner nodes of a UnixFS file over its leaves, level by level, as leaves come: at most 174 links each, only
 * the last of a level with fewer. Leaves of one order and size give one root.
 */
export class DagBuilder {
  readonly #levels: Child[][] = [[]];

  /** Adds the next leaf. @returns the inner nodes that are complete with it, lowest first */
  async add(cid: CID, size: number): Promise<Block[]> {
    return this.#push(0, { cid, fileSize: size, totalSize: size });
  }

  /** Ends the file. @returns the remaining inner nodes, lowest first; the last one is the root */
  async finish(): Promise<Block[]> {
    const blocks: Block[] = [];
    for (let level = 0; level < this.#levels.length; level++) {
      const { block, node } = await makeNode(this.#levels[level]!);
      blocks.push(block);
      if (level + 1 < this.#levels.length) blocks.push(...(await this.#push(level + 1, node)));
    }
    return blocks;
  }

  /** A full level is closed only when one more comes: else a last node of exactly 174 would get a parent of its own. */
  async #push(level: number, child: Child): Promise<Block[]> {
    const children = (this.#levels[level] ??= []);
    if (children.length < MAX_LINKS) {
      children.push(child);
      return [];
    }
    this.#levels[level] = [child];
    const { block, node } = await makeNode(children);
    return [block, ...(await this.#push(level + 1, node))];
  }
}

async function makeNode(children: readonly Child[]): Promise<{ block: Block; node: Child }> {
  const file = new UnixFS({ type: "file", blockSizes: children.map(({ fileSize }) => BigInt(fileSize)) });
  const links = children.map(({ cid, totalSize }) => ({ Name: "", Tsize: totalSize, Hash: cid }));
  const block = await blockOf(DAG_PB, encode(prepare({ Data: file.marshal(), Links: links })));
  const totalSize = children.reduce((sum, child) => sum + child.totalSize, block.bytes.length);
  return { block, node: { cid: block.cid, fileSize: Number(file.fileSize()), totalSize } };
}
