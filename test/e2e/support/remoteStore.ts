import { CID } from "multiformats/cid";
import type { AbortOptions, ContentStore, PinOptions, PinProgress } from "@busker/sdk/content/store.ts";
import type { Visitor } from "./visitor.ts";

let calls = 0;

/** The store of a tab, as if it were here. */
export class RemoteStore implements ContentStore {
  readonly #visitor: Visitor;

  private constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  /** @param gateways where missing blocks come from */
  static async open(visitor: Visitor, name: string, gateways: readonly string[] = []): Promise<RemoteStore> {
    await visitor.store({ method: "open", name, gateways });
    return new RemoteStore(visitor);
  }

  async get(cid: CID, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    const abort = signal?.aborted ? { abort: (signal.reason as Error).message } : {};
    return (await this.#visitor.store({ method: "get", cid: cid.toString(), ...abort })) as Uint8Array;
  }

  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    await this.#visitor.store({ method: "put", cid: cid.toString(), bytes: Uint8Array.from(bytes) });
  }

  async has(cid: CID): Promise<boolean> {
    return (await this.#visitor.store({ method: "has", cid: cid.toString() })) as boolean;
  }

  async pin(root: CID, { signal, onProgress }: PinOptions = {}): Promise<void> {
    const call = calls++;
    this.#visitor.onPinProgress.set(call, async (progress) => {
      onProgress?.(progress as PinProgress);
      if (signal?.aborted)
        await this.#visitor.store({ method: "abort", call, reason: (signal.reason as Error).message });
    });
    await this.#visitor.store({ method: "pin", cid: root.toString(), call });
    this.#visitor.onPinProgress.delete(call);
  }

  async unpin(root: CID): Promise<void> {
    await this.#visitor.store({ method: "unpin", cid: root.toString() });
  }

  async *pins(): AsyncIterable<CID> {
    for (const root of (await this.#visitor.store({ method: "pins" })) as string[]) yield CID.parse(root);
  }

  async *unfinishedPins(): AsyncIterable<CID> {}

  async gc({ graceSeconds = 3600 } = {}): Promise<{ removed: number }> {
    return (await this.#visitor.store({ method: "gc", graceSeconds })) as { removed: number };
  }

  addresses(): string[] {
    return [];
  }

  async connect(): Promise<void> {}

  async close(): Promise<void> {
    await this.#visitor.store({ method: "close" });
  }
}
