import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";

const PROGRAMS = [process.env["BUSKER_CHROMIUM"], "/usr/bin/chromium"];
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
 * Starts Chromium, without a window.
 *
 * @returns null when there is none on this machine
 * @throws where everything is required (BUSKER_REQUIRE_ALL) and there is none
 */
export async function startChromium(): Promise<Chromium | null> {
  const program = await findProgram();
  if (program === undefined) {
    if (process.env["BUSKER_REQUIRE_ALL"] !== undefined)
      throw new Error("There is no /usr/bin/chromium: install it, or name another one in BUSKER_CHROMIUM.");
    return null;
  }
  const profile = await mkdtemp(join(tmpdir(), "busker-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: program, args: FLAGS });
  const stop = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  return { context, profile, stop };
}

async function findProgram(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    if (program === undefined) continue;
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return program;
  }
  return undefined;
}
