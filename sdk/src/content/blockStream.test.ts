import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { varint } from "multiformats";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StreamHandler } from "@libp2p/interface";
import { blockOf, RAW } from "../archive/block.ts";
import { repack } from "../archive/testing/repack.ts";
import { concat } from "../crypto/bytes.ts";
import { randomBytes } from "../crypto/webCrypto.ts";
import { BLOCK_PROTOCOL, BlockClient, serveBlocks } from "./blockStream.ts";
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

const prefix = (length: number) => varint.encodeTo(length, new Uint8Array(varint.encodingLength(length)));
const newBlock = (size: number) => blockOf(RAW, size === 0 ? new Uint8Array() : randomBytes(size));

test("blocks come in the order they are asked for, missing ones among them, up to the largest", async () => {
  const blocks = await Promise.all([1, 65_536, 2 ** 16 - 1, 40_000].map(newBlock));
  const large = await blockOf(RAW, new Uint8Array(2 ** 20).fill(7));
  const missing = await newBlock(10);
  for (const { cid, bytes } of [...blocks, large]) await serving.put(cid, bytes);

  const peer = serving.libp2p.peerId;
  const wanted = [...blocks, missing, large, ...blocks];
  const answers = await Promise.all(wanted.map(({ cid }) => client.ask(peer, cid)));
  // compared by what they are called: comparing a mebibyte element by element takes seconds
  const names = await Promise.all(
    answers.map(async (answer) => answer && (await blockOf(RAW, answer)).cid.toString()),
  );
  expect(names).toEqual(wanted.map((block) => (block === missing ? null : block.cid.toString())));
  expect(
    asking.libp2p.getConnections(peer)[0]!.streams.filter(({ protocol }) => protocol === BLOCK_PROTOCOL),
  ).toHaveLength(1);
});

test("a block of no bytes is had, although that is how a peer says that it has not got one", async () => {
  const { cid, bytes } = await newBlock(0);
  await serving.put(cid, bytes);
  expect(await client.ask(serving.libp2p.peerId, cid)).toEqual(bytes);
  expect(await asking.get(cid)).toEqual(bytes);
  const root = await repack(serving, [bytes, (await newBlock(10)).bytes, bytes]);
  await asking.pin(root);
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
  await serveBlocks(serving.libp2p, async () => other.bytes);
  await expect(asking.get(cid)).rejects.toMatchObject({ code: "CONTENT_CORRUPT" });
});

describe("a peer of ill will", () => {
  const peer = () => serving.libp2p.peerId;
  /** Lets the serving node answer as it likes. */
  const answerWith = async (handler: StreamHandler): Promise<void> => {
    await serving.libp2p.unhandle(BLOCK_PROTOCOL);
    await serving.libp2p.handle(BLOCK_PROTOCOL, handler);
  };
  const frame = (bytes: Uint8Array) => concat(prefix(bytes.length), bytes);

  test("that lies is left for one that has the block", async () => {
    const { cid, bytes } = await newBlock(1000);
    await serving.libp2p.unhandle(BLOCK_PROTOCOL);
    await serveBlocks(serving.libp2p, async () => randomBytes(1000));
    const honest = await openHeliaStore({ directory: join(folder, "honest") });
    try {
      await honest.put(cid, bytes);
      await asking.connect(honest.addresses());
      expect(Buffer.compare(await asking.get(cid), bytes)).toBe(0);
    } finally {
      await honest.close();
    }
  });

  test("that sends what nobody asked for loses its stream", async () => {
    await answerWith((stream) => {
      stream.send(frame(randomBytes(1000)));
      stream.send(frame(randomBytes(1000)));
    });
    const { cid } = await newBlock(10);
    await client.ask(peer(), cid).catch(() => null);
    await expect
      .poll(() =>
        asking.libp2p.getConnections(peer())[0]!.streams.filter((each) => each.protocol === BLOCK_PROTOCOL),
      )
      .toHaveLength(0);
  });

  test("that keeps silent, or sends byte after byte, is given up", async () => {
    const { cid } = await newBlock(10);
    const hasty = new BlockClient(asking.libp2p, { silenceMs: 200, blockMs: 500 });
    await answerWith(() => {});
    await expect(hasty.ask(peer(), cid)).rejects.toThrow("silent");
    await answerWith((stream) => {
      stream.send(prefix(1000));
      const drip = setInterval(() => stream.send(new Uint8Array(1)), 20);
      stream.addEventListener("close", () => clearInterval(drip));
    });
    await expect(hasty.ask(peer(), cid)).rejects.toThrow("slowly");
  });

  test("that asks without reading takes the memory of a block, and is given up", async () => {
    let read = 0;
    await serving.libp2p.unhandle(BLOCK_PROTOCOL);
    const block = new Uint8Array(2 ** 20);
    await serveBlocks(serving.libp2p, async () => (read++, block), { patienceMs: 300 });
    const { cid } = await newBlock(10);
    const stream = await asking.libp2p.getConnections(peer())[0]!.newStream(BLOCK_PROTOCOL);
    stream.pause();
    for (let n = 0; n < 100; n++) stream.send(frame(cid.bytes));
    await expect.poll(() => stream.status, { timeout: 5000 }).not.toBe("open");
    expect(read).toBeLessThan(5);
  });

  test("that asks for more than it could have in flight is cut off", async () => {
    await serving.libp2p.unhandle(BLOCK_PROTOCOL);
    await serveBlocks(serving.libp2p, () => new Promise(() => {}));
    const { cid } = await newBlock(10);
    const stream = await asking.libp2p.getConnections(peer())[0]!.newStream(BLOCK_PROTOCOL);
    for (let n = 0; n < 5000 && stream.status === "open"; n++) stream.send(frame(cid.bytes));
    await expect.poll(() => stream.status).not.toBe("open");
  });

  test("that never ends its streams does not keep a node from closing", async () => {
    await answerWith(() => {});
    const { cid } = await newBlock(10);
    const asked = client.ask(peer(), cid).catch(() => null);
    await asking.libp2p.getConnections(peer())[0]!.newStream(BLOCK_PROTOCOL);
    const began = performance.now();
    await asking.close();
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await asked).toBeNull();
  });
});

test("a peer that was left alone for long is not taken for a silent one when it is asked again", async () => {
  const { cid, bytes } = await newBlock(1000);
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  await serveBlocks(serving.libp2p, async () => (await delay(250), bytes));
  const hasty = new BlockClient(asking.libp2p, { silenceMs: 2000 });
  expect(await hasty.ask(serving.libp2p.peerId, cid)).toHaveLength(1000);
  await delay(1900);
  expect(await hasty.ask(serving.libp2p.peerId, cid)).toHaveLength(1000);
});

test("a slow line gives a block in its own time", async () => {
  const { cid } = await newBlock(1000);
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  await serving.libp2p.handle(BLOCK_PROTOCOL, async (stream) => {
    stream.send(prefix(10));
    for (let n = 0; n < 10; n++) {
      await delay(100);
      stream.send(new Uint8Array(1));
    }
  });
  const patient = new BlockClient(asking.libp2p, { silenceMs: 400 });
  expect(await patient.ask(serving.libp2p.peerId, cid)).toHaveLength(10);
});
