import type { Connection, Libp2p, PeerId, Stream } from "@libp2p/interface";
import { lpStream, type LengthPrefixedStream } from "@libp2p/utils";
import { CID } from "multiformats/cid";
import { BLOCK_STREAM_BUFFER_BYTES, DIAL_TIMEOUT_MS, PEER_SILENCE_MS } from "./constants.ts";

/**
 * Blocks over one libp2p stream: the client writes the CIDs that it wants, the server answers each in order with the block, or with
 * nothing when it has not got it. Both sides are length-prefixed. Bitswap, which every IPFS node speaks, costs several times more.
 */
export const BLOCK_PROTOCOL = "/busker/blocks/1";

const MAX_BLOCK_BYTES = 2 * 2 ** 20;
const MAX_CID_BYTES = 128;
const MAX_STREAMS = 256;
const NOTHING = new Uint8Array();

/** Answers other nodes' requests for blocks from `read`, which gives null for those that are not here. */
export async function serveBlocks(
  libp2p: Libp2p,
  read: (cid: CID) => Promise<Uint8Array | null>,
): Promise<void> {
  await libp2p.handle(
    BLOCK_PROTOCOL,
    (stream) => void answer(stream, read).catch((error: Error) => stream.abort(error)),
    {
      maxInboundStreams: MAX_STREAMS,
    },
  );
}

async function answer(stream: Stream, read: (cid: CID) => Promise<Uint8Array | null>): Promise<void> {
  const framed = framesOf(stream, MAX_CID_BYTES);
  for (;;) {
    const want = await framed.read();
    await framed.write((await read(CID.decode(want.subarray()))) ?? NOTHING);
  }
}

interface Want {
  resolve: (bytes: Uint8Array | null) => void;
  reject: (error: Error) => void;
}

/** The asking side: one stream to each peer that speaks the protocol, kept while it is of use. */
export class BlockClient {
  readonly #libp2p: Libp2p;
  readonly #streams = new Map<string, Promise<PeerStream | null>>();

  constructor(libp2p: Libp2p) {
    this.#libp2p = libp2p;
  }

  /**
   * @returns the block's bytes, unchecked; null when the peer has not got it; undefined when it does not speak the protocol
   * @throws when the stream breaks, or nothing comes for some time
   */
  async ask(peer: PeerId, cid: CID): Promise<Uint8Array | null | undefined> {
    const key = peer.toString();
    let opening = this.#streams.get(key);
    if (opening === undefined) {
      opening = this.#open(peer);
      this.#streams.set(key, opening);
      opening.then(
        (stream) => void stream?.ended.then(() => this.#streams.delete(key)),
        () => this.#streams.delete(key),
      );
    }
    const stream = await opening;
    return stream?.want(cid);
  }

  async #open(peer: PeerId): Promise<PeerStream | null> {
    const connection: Connection | undefined = this.#libp2p.getConnections(peer)[0];
    if (connection === undefined) throw new Error(`peer ${peer} is gone`);
    try {
      const stream = await connection.newStream(BLOCK_PROTOCOL, {
        signal: AbortSignal.timeout(DIAL_TIMEOUT_MS),
      });
      return new PeerStream(stream);
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
  readonly #wants: Want[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#framed = framesOf(stream, MAX_BLOCK_BYTES);
    this.ended = this.#read();
  }

  want(cid: CID): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#wants.push({ resolve, reject });
      this.#writing = this.#writing
        .then(() => this.#framed.write(cid.bytes))
        .catch((error: unknown) => this.#fail(error));
    });
  }

  async #read(): Promise<void> {
    let silence: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        if (this.#wants.length > 0) this.#fail(new Error("the peer keeps silent"));
        else watch();
      }, PEER_SILENCE_MS);
      silence.unref?.();
    };
    try {
      for (;;) {
        watch();
        const frame = await this.#framed.read();
        this.#wants.shift()?.resolve(frame.length === 0 ? null : frame.subarray());
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(silence);
    }
  }

  #fail(error: unknown): void {
    const failure = (this.#failure ??= error instanceof Error ? error : new Error("the stream broke"));
    this.#stream.abort(failure);
    for (const { reject } of this.#wants.splice(0)) reject(failure);
  }
}

function framesOf(stream: Stream, maxDataLength: number): LengthPrefixedStream<Stream> {
  return lpStream(stream, { maxDataLength, maxBufferSize: BLOCK_STREAM_BUFFER_BYTES });
}
