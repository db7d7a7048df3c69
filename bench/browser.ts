import { randomFillSync } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fragmentSizeFor } from "@busker/sdk/archive/plan.ts";
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../test/e2e/support/chromium.ts";
import { serveSite } from "../test/e2e/support/site.ts";
import { against, type Figure } from "./report.ts";
import { inFolder } from "./works.ts";

/*
 * Packing a work of 1 GB in a page of headless Chromium, as one film and as songs. The limit is WebCrypto in a worker of the same page: the
 * same number of bytes through AES-256-GCM and sha-256, without any file. Memory is what all renderer processes of the browser have
 * resident (VmRSS in /proc, which counts memory shared with others) at most while packing, above what they had when the page was idle.
 */
const WORKS = [
  { name: "a film of 1 GB", files: 1, size: 1e9 },
  { name: "125 songs of 8 MB", files: 125, size: 8e6 },
] as const;
const SAMPLE_MS = 20;
/** What a page may take of the memory of a small machine, in MB. */
const MEMORY_AIM_MB = 200;

/** @throws when this machine has no Chromium, or no /proc */
export function browser(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const site = await serveSite(new URL("browser/", import.meta.url));
    try {
      const figures: Figure[] = [];
      for (const work of WORKS) {
        const paths = await writeFiles(folder, work.files, work.size);
        const size = work.files * work.size;
        figures.push(...(await measure(work.name, site.url, paths, size, fragmentSizeFor(work.size))));
        await Promise.all(paths.map((path) => rm(path)));
      }
      return figures;
    } finally {
      await site.close();
    }
  });
}

async function measure(
  name: string,
  url: string,
  paths: readonly string[],
  size: number,
  fragmentSize: number,
): Promise<Figure[]> {
  const chromium = await startChromium();
  if (chromium === null) throw new Error("There is no /usr/bin/chromium to measure.");
  try {
    const page = await chromium.context.newPage();
    await page.goto(url);
    await page.setInputFiles("#files", [...paths]);
    const memory = await MemoryWatch.start(chromium.context.browser()!);
    const { seconds, bytes } = await page.evaluate(() => window.bench.pack());
    const peak = await memory.stop();
    const limit = size / 1e6 / (await limitOf(page, size, fragmentSize));
    const speed = bytes / 1e6 / seconds;
    return [
      against(`pack in a page, ${name}, ÷ WebCrypto in a worker`, speed, limit),
      against(`memory for that, ${name}`, peak, MEMORY_AIM_MB, "MB"),
    ];
  } finally {
    await chromium.stop();
  }
}

function limitOf(page: Page, size: number, fragmentSize: number): Promise<number> {
  return page.evaluate(([bytes, fragment]) => window.bench.limit(bytes, fragment), [
    size,
    fragmentSize,
  ] as const);
}

/** Looks at the renderer processes of a browser. */
class MemoryWatch {
  readonly #pids: readonly number[];
  readonly #idle: number;
  #peak = 0;
  #sampling: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  private constructor(pids: readonly number[], idle: number) {
    this.#pids = pids;
    this.#idle = idle;
    this.#timer = setInterval(() => {
      this.#sampling = this.#sample();
    }, SAMPLE_MS);
  }

  static async start(inspected: Browser): Promise<MemoryWatch> {
    const session = await inspected.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    return new MemoryWatch(pids, await residentMegabytes(pids));
  }

  /** @returns MB above idle, at most */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    await this.#sampling;
    await this.#sample();
    return this.#peak - this.#idle;
  }

  async #sample(): Promise<void> {
    this.#peak = Math.max(this.#peak, await residentMegabytes(this.#pids));
  }
}

async function residentMegabytes(pids: readonly number[]): Promise<number> {
  let kibibytes = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    kibibytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  }
  return (kibibytes * 1024) / 1e6;
}

/** Files of bytes that look random, on the disk before it begins. */
async function writeFiles(folder: string, count: number, size: number): Promise<string[]> {
  const chunk = new Uint8Array(8e6);
  const paths: string[] = [];
  for (let n = 0; n < count; n++) {
    const path = join(folder, `${n + 1}.ogg`);
    const file = await open(path, "w");
    for (let written = 0; written < size; written += chunk.length) await file.write(randomFillSync(chunk));
    await file.sync();
    await file.close();
    paths.push(path);
  }
  return paths;
}
