import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobInput } from "@busker/sdk/archive/input.ts";
import { packArchive } from "@busker/sdk/archive/pack.ts";
import { BLOCK_PROTOCOL } from "@busker/sdk/content/blockStream.ts";
import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { report, type Figure } from "./report.ts";

/*
 * Fetching and pinning a new archive from one node by another, both in this process, over loopback: by the stream of blocks and, as
 * the peer in the same run, by bitswap. The work is 16 songs of 8 MB.
 */
const SONGS = 16;
const SONG_BYTES = 8e6;

const folder = await mkdtemp(join(tmpdir(), "busker-bench-"));
try {
  const serving = await openHeliaStore({ directory: join(folder, "serving") });
  const song = (): Blob =>
    new Blob(
      Array.from({ length: SONG_BYTES / 8 / 6250 }, () => crypto.getRandomValues(new BigUint64Array(6250))),
    );
  const { root, archiveSize } = await packArchive({
    files: Array.from({ length: SONGS }, (_, n) => blobInput(`${n}.ogg`, song(), { mediaType: "audio/ogg" })),
    work: { title: "Bench", artist: "Bench", licence: { spdx: "CC0-1.0" } },
    lock: { contentKey: newContentKey(), archiveSalt: newArchiveSalt() },
    sink: serving,
  });

  const pull = async (name: string): Promise<number> => {
    const asking = await openHeliaStore({ directory: join(folder, name) });
    await asking.connect(serving.addresses());
    const start = performance.now();
    await asking.pin(root);
    const seconds = (performance.now() - start) / 1000;
    await asking.close();
    return archiveSize / 1e6 / seconds;
  };
  const stream = await pull("stream");
  await serving.libp2p.unhandle(BLOCK_PROTOCOL);
  const bitswap = await pull("bitswap");
  await serving.close();

  const figures: Figure[] = [
    {
      figure: "fetch and pin, block stream",
      value: stream,
      unit: "MB/s",
      limit: bitswap,
      ratio: stream / bitswap,
    },
    { figure: "fetch and pin, bitswap", value: bitswap, unit: "MB/s", limit: null, ratio: null },
  ];
  await report("transfer", figures);
} finally {
  await rm(folder, { recursive: true, force: true });
}
