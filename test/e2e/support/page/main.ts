import { pickedFiles } from "@busker/sdk/archive/browser/pickedFiles.ts";
import { planPlain } from "@busker/sdk/archive/media/planPlain.ts";
import type { ArchiveLock, Work } from "@busker/sdk/archive/makeManifest.ts";
import type { Packed } from "@busker/sdk/release/pack.ts";
import { packInWorker } from "@busker/sdk/release/browser/packInWorker.ts";
import type { PackProgress } from "@busker/sdk/archive/pack.ts";
import { callStore, type StoreCall } from "./callStore.ts";
import { faultless, type Outcome } from "./outcome.ts";
import { readOwn, type ReadCall } from "./readOwn.ts";

/*
 * The page that the tests look at: it does what a page of an artist or a fan does, and says what came of it.
 */
const page = {
  /** Packs what was picked in one of the two inputs, and stops after so many bytes. */
  async pack(
    input: "files" | "folder",
    work: Work,
    lock: ArchiveLock,
    stopAfter: number,
  ): Promise<Outcome<Packed>> {
    const abort = new AbortController();
    const onProgress = (progress: PackProgress): void => {
      if (progress.bytesDone > stopAfter) abort.abort(new Error("enough"));
      window.onPackProgress(progress);
    };
    return faultless(async () => {
      const { files } = pickedFiles(document.querySelector<HTMLInputElement>(`#${input}`)!.files!);
      const planned = await planPlain(files);
      return packInWorker({ files: planned, work, lock, signal: abort.signal, onProgress });
    });
  },
  /** Calls the store of the site, in a worker. */
  store: (call: StoreCall) => faultless(() => callStore(call)),
  /** Reads part of a work from the store of the site, in the page itself. */
  read: (call: ReadCall) => faultless(() => readOwn(call)),
  async storedFiles(): Promise<[name: string, size: number][]> {
    const busker = await (
      await navigator.storage.getDirectory()
    ).getDirectoryHandle("busker", { create: true });
    const blocks = await busker.getDirectoryHandle("blocks", { create: true });
    const files: [string, number][] = [];
    for await (const [name, handle] of blocks.entries()) {
      files.push([name, (await (handle as FileSystemFileHandle).getFile()).size]);
    }
    return files;
  },
};

declare global {
  interface Window {
    busker: typeof page;
    onPackProgress: (progress: PackProgress) => void;
    onPinProgress: (call: number, progress: object) => Promise<void>;
  }
}
window.busker = page;
