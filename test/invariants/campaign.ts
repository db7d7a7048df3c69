import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readTally } from "./tally.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Of one campaign; nineteen are played. */
export interface CampaignOptions {
  readonly runs: number;
  readonly seed: string;
}

export interface CampaignResult {
  /** What the runner printed. */
  readonly output: string;
  readonly passed: boolean;
  readonly tally: Map<string, number>;
  readonly seconds: number;
}

/** Plays the campaigns of test/invariants in a process of its own. */
export async function playCampaigns({ runs, seed }: CampaignOptions): Promise<CampaignResult> {
  const start = performance.now();
  mkdirSync(join(root, "cache"), { recursive: true });
  const folder = mkdtempSync(join(root, "cache/invariants-"));
  try {
    const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");
    const child = spawn(process.execPath, [hardhat, "test", "solidity"], {
      cwd: root,
      env: {
        ...process.env,
        BUSKER_INVARIANT_RUNS: `${runs}`,
        BUSKER_INVARIANT_SEED: seed,
        BUSKER_INVARIANT_TALLY: relative(root, folder),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const seconds = Math.round((performance.now() - start) / 1000);
    return { output, passed: code === 0, tally: readTally(folder), seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
