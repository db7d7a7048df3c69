import { spawn, type ChildProcess } from "node:child_process";
import { createReadStream } from "node:fs";
import { cp, mkdir, open, readdir, rm } from "node:fs/promises";
import { randomFillSync } from "node:crypto";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import { toHex } from "@busker/sdk/crypto/bytes.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { packInParallel } from "@busker/sdk/release/node/packInParallel.ts";
import { stop, untilReady } from "@busker/cli/local/processes.ts";
import { storeFolder } from "@busker/cli/store.ts";
import type { Opened } from "./read.ts";

const MAIN = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));
const READY_MS = 120_000;
const PIECE = 8 * 2 ** 20;

/** Packs one file of noise, of so many bytes, and serves the archive from several nodes, a process each. */
export async function serveFile(
  folder: string,
  bytes: number,
  nodes: number,
): Promise<Opened & { close: () => Promise<void> }> {
  const contentKey = newContentKey();
  const [first, ...others] = Array.from({ length: nodes }, (_, n) => join(folder, `home${n}`)) as [string];
  const root = await packNoise(join(folder, "work"), bytes, contentKey, storeFolder(first));
  for (const home of others) await cp(first, home, { recursive: true });
  for (const home of [first, ...others]) await readAll(storeFolder(home));
  const children: ChildProcess[] = [];
  const gateways: string[] = [];
  for (const home of [first, ...others]) {
    const child = spawn(process.execPath, [MAIN, "--json", "--home", home, "serve", "--gateway"], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    children.push(child);
    gateways.push((await untilReady<{ gateway: string }>(child, "A node", READY_MS)).gateway);
  }
  return {
    gateways,
    root,
    contentKey: toHex(contentKey),
    close: async () => void (await Promise.all(children.map(stop))),
  };
}

async function packNoise(
  work: string,
  bytes: number,
  contentKey: Uint8Array,
  directory: string,
): Promise<string> {
  await mkdir(work, { recursive: true });
  const file = await open(join(work, "film.bin"), "w");
  const piece = new Uint8Array(PIECE);
  for (let done = 0; done < bytes; done += PIECE)
    await file.write(randomFillSync(piece), 0, Math.min(PIECE, bytes - done));
  await file.close();
  const store = await openLocalStore({ directory });
  const { archive } = await packInParallel({
    files: (await folderFiles(work)).files,
    work: { title: "Bench", artist: "Bench", licence: { spdx: "CC0-1.0" } },
    lock: { contentKey, archiveSalt: newArchiveSalt() },
    store,
  });
  await store.close();
  await rm(work, { recursive: true });
  return archive;
}

/** Brings all files of a folder into the memory of the system: the disk is not what is measured. */
async function readAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    await pipeline(
      createReadStream(join(entry.parentPath, entry.name), { highWaterMark: PIECE }),
      async (parts) => {
        for await (const _ of parts);
      },
    );
  }
}
