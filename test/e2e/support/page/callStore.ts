import type { Outcome } from "./outcome.ts";
import type { ReadCall } from "./readOwn.ts";

/** A call of a method of the store, with what can go from one thread to another. */
export type StoreCall =
  | { readonly method: "open"; readonly name: string; readonly gateways: readonly string[] }
  | { readonly method: "put"; readonly cid: string; readonly bytes: Uint8Array }
  | { readonly method: "get" | "has"; readonly cid: string; readonly abort?: string }
  | { readonly method: "pin"; readonly cid: string; readonly call: number }
  | { readonly method: "abort"; readonly call: number; readonly reason: string }
  | { readonly method: "unpin"; readonly cid: string }
  | { readonly method: "pins" | "addresses" | "close" }
  | { readonly method: "gc"; readonly graceSeconds: number }
  | { readonly method: "moveClock"; readonly milliseconds: number }
  | { readonly method: "hold"; readonly name: string }
  | ({ readonly method: "read" } & ReadCall);

export type ToWorker = { readonly id: number; readonly call: StoreCall } | { readonly acknowledged: true };
export type FromWorker =
  | { readonly id: number; readonly outcome: Outcome<unknown> }
  | { readonly call: number; readonly progress: object };

let worker: Worker | undefined;
let serial = 0;
const waiting = new Map<number, (outcome: Outcome<unknown>) => void>();

/** Calls the store in a worker, which is started by the first call and ended by the last. */
export async function callStore(call: StoreCall): Promise<unknown> {
  worker ??= start();
  const id = serial++;
  const outcome = await new Promise<Outcome<unknown>>((resolve) => {
    waiting.set(id, resolve);
    worker!.postMessage({ id, call } satisfies ToWorker);
  });
  if (call.method === "close") {
    worker.terminate();
    worker = undefined;
  }
  if ("error" in outcome) throw Object.assign(new Error(outcome.error.message), outcome.error);
  return outcome.result;
}

function start(): Worker {
  const started = new Worker(new URL("./storeWorker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    if ("id" in data) {
      waiting.get(data.id)?.(data.outcome);
      waiting.delete(data.id);
    } else {
      void window
        .onPinProgress(data.call, data.progress)
        .then(() => started.postMessage({ acknowledged: true } satisfies ToWorker));
    }
  });
  return started;
}
