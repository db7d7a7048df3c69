import { BuskerError } from "../../protocol/errors.ts";
import type { PickedFile } from "../../archive/browser/pickedFiles.ts";
import type { PackOptions } from "../../archive/pack.ts";
import { errorOf, type PackOrder, type PackReply } from "./packMessages.ts";
import type { Packed } from "../pack.ts";

export interface WorkerPackOptions extends Omit<PackOptions, "sink" | "files"> {
  /** See pickedFiles and planPlain. */
  readonly files: readonly PickedFile[];
  /** Of the store, see openBrowserStore. */
  readonly storeName?: string | undefined;
}

/**
 * Packs files that a person picked in a page into the store of this site, in a worker of its own, which ends with the pack. When the
 * tab is closed on the way, the same call with the same files, work and lock goes on where it was.
 *
 * @returns what the terms will say about the archive; it is not pinned yet
 * @throws {BuskerError} those of packFiles; WORKER_FAILED. The signal's reason
 */
export async function packInWorker(options: WorkerPackOptions): Promise<Packed> {
  const { files, work, lock, sealed, storeName, signal, onProgress } = options;
  signal?.throwIfAborted();
  // Without it a browser that runs out of space may remove all that the site keeps. Some ask the person first.
  void navigator.storage.persist().catch(() => false);
  const worker = new Worker(new URL("./packWorker.ts", import.meta.url), { type: "module" });
  const abort = (): void => worker.postMessage({ abort: true });
  const ended = new Promise<Packed>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<PackReply>) => {
      if ("progress" in data) onProgress?.(data.progress);
      else if ("packed" in data) resolve(data.packed);
      else reject("fault" in data ? errorOf(data.fault) : (signal?.reason as Error));
    });
    worker.addEventListener("error", ({ message }) => reject(workerFailed(message)));
  });
  const order: PackOrder = {
    files: files.map(({ path, blob, mediaType, plain, headers }) => ({
      path,
      blob,
      mediaType,
      plain,
      headers,
    })),
    work,
    lock,
    sealed,
    storeName,
  };
  worker.postMessage(order);
  signal?.addEventListener("abort", abort);
  try {
    return await ended;
  } finally {
    signal?.removeEventListener("abort", abort);
    worker.terminate();
  }
}

function workerFailed(message: string): BuskerError {
  return new BuskerError(
    "WORKER_FAILED",
    `The work was not packed: the worker ended (${message || "it could not be loaded"}).`,
    {
      hint: "Reload the page and pack again: it goes on where it was. A smaller work needs less memory.",
    },
  );
}
