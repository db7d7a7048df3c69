import { pickedFiles } from "@busker/sdk/archive/browser/pickedFiles.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { packInWorker } from "@busker/sdk/release/browser/packInWorker.ts";

/** The page that is measured. */
const bench = {
  /** @returns seconds that packing the files that were picked takes, and bytes of the archive */
  async pack(): Promise<{ seconds: number; bytes: number }> {
    const { files } = pickedFiles(document.querySelector<HTMLInputElement>("#files")!.files!);
    const start = performance.now();
    const { archiveSize } = await packInWorker({
      files,
      work: { title: "Bench", artist: "Bench", licence: { spdx: "CC0-1.0" } },
      lock: { contentKey: newContentKey(), archiveSalt: newArchiveSalt() },
      storeName: "bench",
    });
    return { seconds: (performance.now() - start) / 1000, bytes: archiveSize };
  },
  /** @returns seconds that WebCrypto takes, in a worker, to lock so many bytes in fragments of a size, and to hash the blocks */
  limit(bytes: number, fragmentSize: number): Promise<number> {
    const worker = new Worker(new URL("./limitWorker.ts", import.meta.url), { type: "module" });
    return new Promise<number>((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<number>) => resolve(data));
      worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      worker.postMessage({ bytes, fragmentSize });
    }).finally(() => worker.terminate());
  },
  async forget(): Promise<void> {
    await (await navigator.storage.getDirectory()).removeEntry("bench", { recursive: true });
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
