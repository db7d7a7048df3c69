import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { blockOf, RAW } from "../archive/block.ts";
import { randomBytes } from "../crypto/webCrypto.ts";
import { BLOCK_PROTOCOL, BlockClient } from "./blockStream.ts";
import { openHeliaStore, type HeliaStore } from "./helia.ts";

let folder: string;
let serving: HeliaStore;
let asking: HeliaStore;
let client: BlockClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-blocks-"));
  serving = await openHeliaStore({ directory: join(folder, "serving") });
  asking = await openHeliaStore({ directory: join(folder, "asking") });
  await asking.connect(serving.addresses());
  client = new BlockClient(asking.libp2p);
});
afterEach(async () => {
  await asking.close();
  await serving.close();
  await rm(folder, { recursive: true, force: true });
});

const newBlock = (size: number) => blockOf(RAW, size === 0 ? new Uint8Array() : randomBytes(size));

test("blocks come in the order they are asked for, missing ones among them, up to the largest", async () => {
  const blocks = await Promise.all([1, 65_536, 2 ** 16 - 1, 40_000].map(newBlock));
  const large = await blockOf(RAW, new Uint8Array(2 ** 20).fill(7));
  const missing = await newBlock(10);
  for (const { cid, bytes } of [...blocks, large]) await serving.put(cid, bytes);

  const peer = serving.libp2p.peerId;
  const wanted = [...blocks, missing, large, ...blocks];
  const answers = await Promise.all(wanted.map(({ cid }) => client.ask(peer, cid)));
  const expected = wanted.map((block) => (block === missing ? null : Buffer.from(block.bytes)));
  expect(answers.map((answer) => (answer === null ? null : Buffer.from(answer!)))).toEqual(expected);
  expect(
    asking.libp2p.getConnections(peer)[0]!.streams.filter(({ protocol }) => protocol === BLOCK_PROTOCOL),
  ).toHaveLength(1);
});

test("a peer that does not speak the protocol is told apart from one that lacks the block", async () => {
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  const { cid } = await newBlock(10);
  expect(await client.ask(serving.libp2p.peerId, cid)).toBeUndefined();
});

test("without the protocol blocks still come, by bitswap", async () => {
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  const { cid, bytes } = await newBlock(50_000);
  await serving.put(cid, bytes);
  expect(Buffer.compare(await asking.get(cid), bytes)).toBe(0);
});

test("a stream that breaks fails what was asked for on it, and the next request opens another", async () => {
  const { cid, bytes } = await newBlock(1000);
  await serving.put(cid, bytes);
  const peer = serving.libp2p.peerId;
  expect(await client.ask(peer, cid)).not.toBeNull();
  for (const connection of serving.libp2p.getConnections()) {
    for (const stream of connection.streams) stream.abort(new Error("gone"));
  }
  await expect.poll(() => client.ask(peer, cid).catch(() => null)).not.toBeNull();
});

test("a peer that sends other bytes than were asked for is caught", async () => {
  const { cid } = await newBlock(1000);
  const other = await newBlock(1000);
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  const { serveBlocks } = await import("./blockStream.ts");
  await serveBlocks(serving.libp2p, async () => other.bytes);
  await expect(asking.get(cid)).rejects.toMatchObject({ code: "CONTENT_CORRUPT" });
});
