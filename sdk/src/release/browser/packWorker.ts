import { blobInput } from "../../archive/input.ts";
import { openBrowserStore } from "../../content/browserStore.ts";
import { wipe } from "../../crypto/bytes.ts";
import { packFiles } from "./packFiles.ts";
import { faultOf, type PackOrder, type PackReply, type PackRequest } from "./packMessages.ts";
import type { Packed } from "../pack.ts";

/*
 * The worker that packs: it is started by packInWorker, takes one order, and everything that costs time is done here.
 */
const abort = new AbortController();
const reply = (message: PackReply): void => globalThis.postMessage(message);

globalThis.addEventListener("message", ({ data }: MessageEvent<PackRequest>) => {
  if ("abort" in data) return abort.abort();
  pack(data).then(
    (packed) => reply({ packed }),
    (error: unknown) => reply(abort.signal.aborted ? { aborted: true } : { fault: faultOf(error) }),
  );
});

async function pack({ files, work, lock, sealed, storeName }: PackOrder): Promise<Packed> {
  const store = await openBrowserStore({ name: storeName });
  try {
    return await packFiles({
      files: files.map(({ blob, path, ...rest }) => ({ ...blobInput(path, blob), ...rest })),
      work,
      lock,
      sealed,
      store,
      signal: abort.signal,
      onProgress: (progress) => reply({ progress }),
    });
  } finally {
    wipe(lock.contentKey);
    await store.close();
  }
}
