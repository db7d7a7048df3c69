import { CID } from "multiformats/cid";
import { openBrowserStore, type BrowserStore } from "@busker/sdk/content/browserStore.ts";
import { Gateways } from "@busker/sdk/content/gateways.ts";
import type { Network } from "@busker/sdk/content/folderStore.ts";
import type { AbortOptions } from "@busker/sdk/content/store.ts";
import { faultless } from "./outcome.ts";
import { readFrom } from "./readOwn.ts";
import type { FromWorker, StoreCall, ToWorker } from "./callStore.ts";

let store: BrowserStore | undefined;
const aborts = new Map<number, AbortController>();
/** Progress that the test has not seen yet. Nothing is fetched until it has: what it does about it comes in time. */
const unseen: PromiseWithResolvers<void>[] = [];

globalThis.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("acknowledged" in data) {
    unseen.shift()?.resolve();
    return;
  }
  void faultless(() => answer(data.call)).then((outcome) => reply({ id: data.id, outcome }));
});

function reply(message: FromWorker): void {
  globalThis.postMessage(message);
}

async function answer(call: StoreCall): Promise<unknown> {
  if (call.method === "open") {
    const { name, gateways } = call;
    store = await openBrowserStore(gateways.length > 0 ? { name, network: networkOf(gateways) } : { name });
    return undefined;
  }
  if (call.method === "abort") {
    aborts.get(call.call)?.abort(new Error(call.reason));
    return undefined;
  }
  return answerFrom(store!, call);
}

function networkOf(addresses: readonly string[]): Network {
  const gateways = new Gateways(addresses);
  const fetch = async (cid: CID, options?: AbortOptions): Promise<Uint8Array> => {
    await unseen.at(-1)?.promise;
    return gateways.get(cid, options);
  };
  return { fetch, addresses: () => [], connect: async () => {}, close: async () => {} };
}

async function answerFrom(
  opened: BrowserStore,
  call: Exclude<StoreCall, { method: "open" | "abort" }>,
): Promise<unknown> {
  switch (call.method) {
    case "put":
      return opened.put(CID.parse(call.cid), call.bytes);
    case "get": {
      const signal = call.abort === undefined ? undefined : AbortSignal.abort(new Error(call.abort));
      return opened.get(CID.parse(call.cid), { signal });
    }
    case "has":
      return opened.has(CID.parse(call.cid));
    case "pin":
      return pin(opened, call.call, CID.parse(call.cid));
    case "unpin":
      return opened.unpin(CID.parse(call.cid));
    case "pins": {
      const roots: string[] = [];
      for await (const root of opened.pins()) roots.push(root.toString());
      return roots;
    }
    case "gc":
      return opened.gc({ graceSeconds: call.graceSeconds });
    case "moveClock": {
      const now = Date.now.bind(Date);
      Date.now = () => now() + call.milliseconds;
      return undefined;
    }
    case "hold":
      await opened.carFile(call.name);
      return undefined;
    case "read":
      return readFrom(opened, call);
    case "addresses":
      return opened.addresses();
    case "close":
      return opened.close();
  }
}

async function pin(opened: BrowserStore, call: number, root: CID): Promise<void> {
  const abort = new AbortController();
  aborts.set(call, abort);
  const onProgress = (progress: object): void => {
    unseen.push(Promise.withResolvers());
    reply({ call, progress });
  };
  try {
    await opened.pin(root, { signal: abort.signal, onProgress });
  } finally {
    aborts.delete(call);
  }
}
