import type { Page } from "playwright-core";
import type { ArchiveLock, Work } from "@busker/sdk/archive/makeManifest.ts";
import type { PackProgress } from "@busker/sdk/archive/pack.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Packed } from "@busker/sdk/release/pack.ts";
import type { Chromium } from "./chromium.ts";
import type { StoreCall } from "./page/callStore.ts";
import type { Outcome } from "./page/outcome.ts";
import type { ReadCall } from "./page/readOwn.ts";
import type { Site } from "./site.ts";

/** A person with a tab of the site open. */
export class Visitor {
  readonly page: Page;
  /** Told of the progress of packs. */
  onPackProgress: (progress: PackProgress) => void = () => {};
  /** Told of the progress of pins, by the number of the call; the page goes on when the promise is kept. */
  readonly onPinProgress = new Map<number, (progress: object) => Promise<void>>();

  private constructor(page: Page) {
    this.page = page;
  }

  static async open({ context }: Chromium, { url }: Site): Promise<Visitor> {
    const page = await context.newPage();
    const visitor = new Visitor(page);
    await page.exposeFunction("onPackProgress", (progress: PackProgress) => visitor.onPackProgress(progress));
    await page.exposeFunction("onPinProgress", (call: number, progress: object) =>
      visitor.onPinProgress.get(call)?.(progress),
    );
    await page.goto(url);
    return visitor;
  }

  /** Picks files, or a folder. */
  async pick(input: "files" | "folder", paths: string | string[]): Promise<void> {
    await this.page.setInputFiles(`#${input}`, paths);
  }

  /** Packs what was picked, and stops after so many bytes: "enough". @throws {BuskerError} */
  async pack(
    input: "files" | "folder",
    work: Work,
    lock: ArchiveLock,
    stopAfter = Number.POSITIVE_INFINITY,
  ): Promise<Packed> {
    return resultOf(
      await this.page.evaluate(
        ([from, about, locked, most]) => window.busker.pack(from, about, locked, most),
        [input, work, lock, stopAfter] as const,
      ),
    );
  }

  /** Calls the store in a worker of the tab. @throws {BuskerError} */
  async store(call: StoreCall): Promise<unknown> {
    return resultOf(await this.page.evaluate((what) => window.busker.store(what), call));
  }

  /** Reads part of a work in the page itself. @throws {BuskerError} */
  async read(call: ReadCall): Promise<Uint8Array> {
    return resultOf(await this.page.evaluate((what) => window.busker.read(what), call));
  }

  /** Names and sizes of the files of blocks. */
  storedFiles(): Promise<[name: string, size: number][]> {
    return this.page.evaluate(() => window.busker.storedFiles());
  }

  /** Closes the tab: its workers end where they are. */
  async close(): Promise<void> {
    await this.page.close();
  }

  /** Ends the process of the tab. */
  async crash(): Promise<void> {
    const gone = this.page.waitForEvent("crash");
    const session = await this.page.context().newCDPSession(this.page);
    session.send("Page.crash").catch(() => undefined);
    await gone;
    await this.page.close();
  }
}

function resultOf<Result>(outcome: Outcome<Result>): Result {
  if ("result" in outcome) return outcome.result;
  const { code, message, hint } = outcome.error;
  throw code === undefined ? new Error(message) : new BuskerError(code, message, { hint: hint! });
}
