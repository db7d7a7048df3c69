import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";

const PROGRAM = process.env["BUSKER_CHROMIUM"] ?? "/usr/bin/chromium";
/** It talks to nobody but the pages under test. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser that nobody has used before. */
export interface Chromium {
  readonly context: BrowserContext;
  /** Folder of its profile, which tells its processes from others. */
  readonly profile: string;
  stop(): Promise<void>;
}

/**
 * Starts Chromium, without a window: /usr/bin/chromium, or what BUSKER_CHROMIUM names.
 *
 * @returns null when there is none on this machine
 * @throws where everything is required (BUSKER_REQUIRE_ALL) and there is none
 */
export async function startChromium(): Promise<Chromium | null> {
  try {
    await access(PROGRAM, constants.X_OK);
  } catch (error) {
    if (process.env["BUSKER_REQUIRE_ALL"] !== undefined) throw error;
    return null;
  }
  const profile = await mkdtemp(join(tmpdir(), "busker-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: PROGRAM, args: FLAGS });
  const stop = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  return { context, profile, stop };
}
