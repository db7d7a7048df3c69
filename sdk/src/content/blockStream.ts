import type { Connection, Libp2p, PeerId, Stream } from "@libp2p/interface";
import { lpStream, type LengthPrefixedStream } from "@libp2p/utils";
import { CID } from "multiformats/cid";
import { equal, fromHex } from "../crypto/bytes.ts";
import {
  BLOCK_STREAM_BUFFER_BYTES,
  DIAL_TIMEOUT_MS,
  MAX_BLOCK_BYTES,
  MESSAGE_TIMEOUT_MS,
  PEER_SILENCE_MS,
  PEER_WATCH_MS,
} from "./constants.ts";

/**
 * Blocks over one libp2p stream: the client writes the CIDs that it wants, the server answers each in order with the block, or with
 * nothing when it has not got it. Both sides are length-prefixed. Bitswap, which every IPFS node speaks, costs several times more.
 */
export const BLOCK_PROTOCOL = "/busker/blocks/1";

const MAX_CID_BYTES = 128;
/** Requests that a peer may have sent and not been answered yet, in bytes. */
const REQUEST_BUFFER_BYTES = 64 * 2 ** 10;
/** Streams that one connection may hold open: each takes the memory of a block, and the asking side here opens one. */
const STREAMS_PER_CONNECTION = 4;
const NOTHING = new Uint8Array();
const SHA2_256_OF_NOTHING = fromHex("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 32);

export interface ServeOptions {
  /** How long a peer may take to take up one block, in milliseconds. */
  readonly patienceMs?: number | undefined;
  /** Called with the bytes of every block that was sent. */
  readonly onServed?: ((bytes: number) => void) | undefined;
}

/** Answers other nodes' requests for blocks from `read`, which gives null for those that are not here. */
export async function serveBlocks(
  libp2p: Libp2p,
  read: (cid: CID) => Promise<Uint8Array | null>,
  { patienceMs = MESSAGE_TIMEOUT_MS, onServed }: ServeOptions = {},
): Promise<void> {
  await libp2p.handle(
    BLOCK_PROTOCOL,
    (stream) => void answer(stream, read, patienceMs, onServed).catch((error: Error) => stream.abort(error)),
    { maxInboundStreams: STREAMS_PER_CONNECTION },
  );
}

async function answer(
  stream: Stream,
  read: (cid: CID) => Promise<Uint8Array | null>,
  patienceMs: number,
  onServed: ServeOptions["onServed"],
): Promise<void> {
  const framed = framesOf(stream, MAX_CID_BYTES, REQUEST_BUFFER_BYTES);
  for (;;) {
    const want = await framed.read();
    const block = (await read(CID.decode(want.subarray()))) ?? NOTHING;
    const patience = setTimeout(() => stream.abort(new Error("the peer reads too slowly")), patienceMs);
    try {
      await framed.write(block);
      onServed?.(block.length);
    } finally {
      clearTimeout(patience);
    }
  }
}

interface Want {
  resolve: (bytes: Uint8Array | null) => void;
  reject: (error: Error) => void;
}

export interface BlockClientOptions {
  /** How long a peer that was asked may send nothing at all, in milliseconds. */
  readonly silenceMs?: number;
  /** How long one block may take to come once it is its turn, in milliseconds. */
  readonly blockMs?: number;
}

/** The asking side: one stream on each connection whose peer speaks the protocol, kept while it is of use. */
export class BlockClient {
  readonly #libp2p: Libp2p;
  readonly #patience: Required<BlockClientOptions>;
  readonly #streams = new WeakMap<Connection, Promise<PeerStream | null>>();

  constructor(
    libp2p: Libp2p,
    { silenceMs = PEER_SILENCE_MS, blockMs = MESSAGE_TIMEOUT_MS }: BlockClientOptions = {},
  ) {
    this.#libp2p = libp2p;
    this.#patience = { silenceMs, blockMs };
  }

  /**
   * @returns the block's bytes, unchecked; null when the peer has not got it; undefined when it does not speak the protocol
   * @throws when the stream breaks, or nothing comes for some time
   */
  async ask(peer: PeerId, cid: CID): Promise<Uint8Array | null | undefined> {
    // An answer could not be told from that of a peer which has not got it.
    if (cid.multihash.digest.length === 32 && equal(cid.multihash.digest, SHA2_256_OF_NOTHING))
      return NOTHING;
    const connection = this.#libp2p.getConnections(peer)[0];
    if (connection === undefined) throw new Error(`peer ${peer} is gone`);
    let opening = this.#streams.get(connection);
    if (opening === undefined) {
      opening = this.#open(connection);
      this.#streams.set(connection, opening);
      const forget = () => this.#streams.delete(connection);
      opening.then((stream) => void stream?.ended.then(forget), forget);
    }
    const stream = await opening;
    return stream?.want(cid);
  }

  async #open(connection: Connection): Promise<PeerStream | null> {
    try {
      const stream = await connection.newStream(BLOCK_PROTOCOL, {
        signal: AbortSignal.timeout(DIAL_TIMEOUT_MS),
      });
      return new PeerStream(stream, this.#patience);
    } catch (error) {
      if (error instanceof Error && error.name === "UnsupportedProtocolError") return null;
      throw error;
    }
  }
}

class PeerStream {
  readonly ended: Promise<void>;
  readonly #stream: Stream;
  readonly #framed: LengthPrefixedStream<Stream>;
  readonly #patience: Required<BlockClientOptions>;
  readonly #wants: Want[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  /** Since when the first of the wants is waited for, and when anything came last. */
  #turnBegan = 0;
  #heardAt = 0;

  constructor(stream: Stream, patience: Required<BlockClientOptions>) {
    this.#stream = stream;
    this.#patience = patience;
    this.#framed = framesOf(stream, MAX_BLOCK_BYTES, BLOCK_STREAM_BUFFER_BYTES);
    stream.addEventListener("message", () => {
      this.#heardAt = performance.now();
    });
    this.ended = this.#read();
  }

  want(cid: CID): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (this.#wants.length === 0) this.#turnBegan = performance.now();
      this.#wants.push({ resolve, reject });
      this.#writing = this.#writing
        .then(() => this.#framed.write(cid.bytes))
        .catch((error: unknown) => this.#fail(error));
    });
  }

  async #read(): Promise<void> {
    const { silenceMs } = this.#patience;
    const watch = setInterval(() => this.#checkPatience(), Math.min(PEER_WATCH_MS, silenceMs));
    watch.unref?.();
    try {
      for (;;) {
        const frame = await this.#framed.read();
        const want = this.#wants.shift();
        if (want === undefined) throw new Error("the peer sends what it was not asked for");
        this.#turnBegan = performance.now();
        want.resolve(frame.length === 0 ? null : frame.subarray());
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      clearInterval(watch);
    }
  }

  #checkPatience(): void {
    if (this.#wants.length === 0) return;
    const now = performance.now();
    const { silenceMs, blockMs } = this.#patience;
    if (now - Math.max(this.#heardAt, this.#turnBegan) >= silenceMs)
      this.#fail(new Error("the peer keeps silent"));
    else if (now - this.#turnBegan >= blockMs) this.#fail(new Error("the peer sends too slowly"));
  }

  #fail(error: unknown): void {
    const failure = (this.#failure ??= error instanceof Error ? error : new Error("the stream broke"));
    this.#stream.abort(failure);
    for (const { reject } of this.#wants.splice(0)) reject(failure);
  }
}

function framesOf(
  stream: Stream,
  maxDataLength: number,
  maxBufferSize: number,
): LengthPrefixedStream<Stream> {
  return lpStream(stream, { maxDataLength, maxBufferSize });
}
