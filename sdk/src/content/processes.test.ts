import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isAside } from "./carNames.ts";
import { blocksIn, openLocalStore } from "./localStore.ts";
import { age } from "./testing/age.ts";
import { closeAll, closing } from "./testing/closing.ts";
import { fractions } from "./testing/fractions.ts";
import { rootOf } from "./testing/sharedRoots.ts";

const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_122);
const PROCESSES = 4;
/** Processes that are started, one in the place of another that was killed. */
const LIVES = Number(process.env["BUSKER_LIVES"] ?? 12);
const CHILD = fileURLToPath(new URL("testing/storeChild.ts", import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-processes-"));
});

afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

it(
  `several processes that put, pin, read, unpin and collect, and are killed at any time, lose nothing that is pinned (seed ${SEED})`,
  { timeout: 180_000 },
  async () => {
    const random = fractions(SEED);
    const pinned = new Set<number>();
    const wrong: string[] = [];
    const live = async (me: number): Promise<void> => {
      for (let life = me; life < LIVES; life += PROCESSES) {
        await untilKilled(me, Math.floor(random() * 2 ** 32), Math.floor(20 + random() * 150), (line) => {
          const [what, number] = line.split(" ");
          if (what === "pinned") pinned.add(Number(number));
          if (what === "unpinning") pinned.delete(Number(number));
          if (what === "wrong") wrong.push(line);
        });
      }
    };
    await Promise.all(Array.from({ length: PROCESSES }, (_, me) => live(me)));
    expect(wrong).toEqual([]);
    expect(pinned.size).toBeGreaterThan(0);
    await expectPinned(pinned);
    await age(directory);
    await closing(await openLocalStore({ directory })).gc();
    await expectPinned(pinned);
    for (const name of await readdir(join(directory, "blocks")))
      if (name.endsWith(".idx")) await rm(join(directory, "blocks", name));
    await expectPinned(pinned);
    const last = closing(await openLocalStore({ directory }));
    for await (const root of last.pins()) await last.unpin(root);
    for await (const root of last.unfinishedPins()) await last.unpin(root);
    await age(directory);
    await last.gc();
    const left = await readdir(join(directory, "blocks"));
    expect(left.filter((name) => !isAside(name))).toEqual([]);
  },
);

/** Runs a process, and kills it after so many steps, in the middle of the next. */
async function untilKilled(
  me: number,
  seed: number,
  steps: number,
  hear: (line: string) => void,
): Promise<void> {
  const child = spawn(process.execPath, [CHILD, directory, String(seed), String(me), String(PROCESSES)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  for await (const line of createInterface(child.stdout)) {
    hear(line);
    // what it said before it was killed counts
    if (line === `step ${steps}`) child.kill("SIGKILL");
  }
  expect(await ended, `process ${me} of seed ${seed}`).toBeNull();
}

async function expectPinned(pinned: ReadonlySet<number>): Promise<void> {
  const blocks = closing(blocksIn(directory));
  for (const number of pinned) {
    for (const { cid, bytes } of (await rootOf(number)).blocks) {
      const got = await blocks.get(cid);
      expect(got === null ? "not here" : Buffer.compare(got, bytes), `${cid} of root ${number}`).toBe(0);
    }
  }
}
