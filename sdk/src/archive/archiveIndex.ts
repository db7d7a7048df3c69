import { decode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import { DAG_PB, isArchiveCid, RAW } from "./block.ts";
import { MAX_LINKS } from "./constants.ts";
import { notAnArchive } from "./errors.ts";

interface Node {
  readonly links: readonly CID[];
  readonly fileSize: number;
}

/** Deepest tree there can be: 174^4 leaves are far more than an archive may have. */
const MAX_DEPTH = 4;

/**
 * Finds the CID of any leaf of an archive by its position, reading only the inner nodes on the way. Nodes are read once
 * and kept: about 40 bytes per leaf that was looked for.
 */
export class ArchiveIndex {
  readonly root: CID;
  /** Bytes of the whole file, by its root node. */
  readonly archiveSize: number;
  /** Levels of inner nodes. */
  readonly depth: number;
  readonly #source: BlockSource;
  readonly #nodes = new Map<string, Promise<Node>>();

  private constructor(source: BlockSource, root: CID, archiveSize: number, depth: number) {
    this.#source = source;
    this.root = root;
    this.archiveSize = archiveSize;
    this.depth = depth;
  }

  /**
   * Reads the inner nodes down to the first leaf.
   *
   * @throws {BuskerError} ARCHIVE_MALFORMED when the root is no UnixFS file of the kind that archives are; errors of the source
   */
  static async open(source: BlockSource, root: CID, { signal }: AbortOptions = {}): Promise<ArchiveIndex> {
    if (!isArchiveCid(root, DAG_PB))
      throw notAnArchive(root, "its CID is not a version 1 CID of a dag-pb node by sha2-256");
    const top = await readNode(source, root, signal);
    let depth = 1;
    for (let first = top.links[0]!; first.code === DAG_PB; depth++) {
      if (depth === MAX_DEPTH) throw notAnArchive(root, "its tree is too deep");
      first = (await readNode(source, first, signal)).links[0]!;
    }
    return new ArchiveIndex(source, root, top.fileSize, depth);
  }

  /**
   * @param position of the leaf, from 0
   * @throws {BuskerError} ARCHIVE_MALFORMED when there is no such leaf; errors of the source
   */
  async leaf(position: number, { signal }: AbortOptions = {}): Promise<CID> {
    let cid = this.root;
    let rest = position;
    for (let level = this.depth - 1; level >= 0; level--) {
      const width = MAX_LINKS ** level;
      const child = (await this.#node(cid, signal)).links[Math.floor(rest / width)];
      if (child === undefined || !isArchiveCid(child, level === 0 ? RAW : DAG_PB)) {
        throw notAnArchive(this.root, `block ${position} of its file is not where it should be`);
      }
      cid = child;
      rest %= width;
    }
    return cid;
  }

  #node(cid: CID, signal: AbortSignal | undefined): Promise<Node> {
    const key = cid.toString();
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = readNode(this.#source, cid, signal);
      this.#nodes.set(key, node);
      node.catch(() => this.#nodes.delete(key));
    }
    return node;
  }
}

async function readNode(source: BlockSource, cid: CID, signal: AbortSignal | undefined): Promise<Node> {
  const bytes = await source.get(cid, { signal });
  try {
    const node = decode(bytes);
    const file = UnixFS.unmarshal(node.Data ?? new Uint8Array());
    const links = node.Links.map((link) => link.Hash);
    const inline = file.data !== undefined && file.data.length > 0;
    if (file.type === "file" && !inline && links.length > 0 && links.length <= MAX_LINKS) {
      return { links, fileSize: Number(file.fileSize()) };
    }
  } catch (error) {
    throw notAnArchive(cid, "it is no UnixFS node", error);
  }
  throw notAnArchive(cid, "it is no inner node of a UnixFS file");
}
