const NOTHING = new Uint8Array();

/** Takes a stream of chunks apart at other places, holding one chunk and what was asked for. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = NOTHING;
  /** Bytes taken so far. */
  position = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** @returns the next byte; undefined at the end. */
  async byte(): Promise<number | undefined> {
    if (!(await this.#fill())) return undefined;
    return this.#take(1)[0];
  }

  /** @returns the next bytes, in memory of their own; undefined when the stream ends before. */
  async bytes(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (!(await this.#fill())) return undefined;
      const part = this.#take(length - filled);
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** Lets the stream's source end early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #take(most: number): Uint8Array {
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    this.position += part.length;
    return part;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}
