import { join } from "node:path";
import { packWork } from "./archive.ts";
import { runProcess, startProcess } from "./inProcess.ts";
import { against, alone, type Figure } from "./report.ts";
import { inFolder, makeWork } from "./works.ts";

const SONGS = 32;
const SONG_BYTES = 8e6;
/** MB/s. */
const WANTED = 60;

/** Fetching and pinning a new archive from a node of another process, over loopback: by the stream of blocks and by bitswap. */
export function transfer(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const work = await makeWork(
      folder,
      Array.from({ length: SONGS }, () => SONG_BYTES),
    );
    const { archive, archiveSize, store } = await packWork(folder, work);
    const rate = async (only: "stream" | "bitswap"): Promise<number> => {
      const serving = startProcess("serve", store, only);
      const { addresses } = await serving.next<{ addresses: string[] }>();
      const fetched = await runProcess<{ seconds: number }>(
        "fetch",
        archive,
        join(folder, only),
        ...addresses,
      );
      await serving.end();
      return archiveSize / 1e6 / fetched.seconds;
    };
    const stream = await rate("stream");
    const bitswap = await rate("bitswap");
    return [
      against("fetch and pin by the block stream, ÷ by bitswap", stream, bitswap),
      against("fetch and pin by the block stream, ÷ what is wanted", stream, WANTED),
      alone("fetch and pin by bitswap", bitswap),
    ];
  });
}
