// Works on a store at random, next to other processes that do so too, and says on its standard output what it can vouch for:
// "pinned N" after the pin of root N came to its end, "unpinning N" before it is given up, "wrong …" when a promise was broken.
import { setTimeout as delay } from "node:timers/promises";
import { isBuskerError } from "../../protocol/errors.ts";
import { openLocalStore, type DirectoryStore } from "../localStore.ts";
import { ROOTS, rootOf, type SharedRoot } from "./sharedRoots.ts";
import { fractions } from "./fractions.ts";

const [directory, seed, me, processes] = process.argv.slice(2) as [string, string, string, string];
const random = fractions(Number(seed));
const pick = (limit: number): number => Math.floor(random() * limit);
/** Only this process pins and unpins these. */
const mine = Array.from({ length: ROOTS }, (_, n) => n).filter((n) => n % Number(processes) === Number(me));
const roots = await Promise.all(Array.from({ length: ROOTS }, (_, n) => rootOf(n)));
const pinned = new Set<number>();
let store: DirectoryStore = await openLocalStore({ directory });

const say = (line: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(`${line}\n`, () => resolve()));

/** What may happen, since others collect and unpin: a block is not here. */
async function unlessGone(work: () => Promise<unknown>, otherwise?: string): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isBuskerError(error) || error.code !== "CONTENT_NOT_FOUND" || otherwise !== undefined)
      await say(
        `wrong ${otherwise ?? ""} ${error instanceof Error ? error.stack?.replaceAll("\n", " ") : String(error)}`,
      );
    return false;
  }
}

async function readAll({ blocks }: SharedRoot): Promise<void> {
  for (const { cid, bytes } of blocks) {
    if (Buffer.compare(await store.get(cid), bytes) !== 0) await say(`wrong bytes of ${cid}`);
  }
}

const putAll = ({ blocks }: SharedRoot): Promise<unknown> =>
  Promise.all(blocks.map(({ cid, bytes }) => store.put(cid, bytes)));

async function pin(n: number): Promise<void> {
  if (!(await unlessGone(() => store.pin(roots[n]!.root)))) return;
  pinned.add(n);
  await say(`pinned ${n}`);
  await unlessGone(() => readAll(roots[n]!), `a block of the pinned root ${n}:`);
}

const steps: (() => Promise<unknown>)[] = [
  async () => putAll(roots[pick(ROOTS)]!),
  async () => {
    const n = mine[pick(mine.length)]!;
    await putAll(roots[n]!);
    await pin(n);
  },
  async () => {
    const some = [mine[pick(mine.length)]!, mine[pick(mine.length)]!];
    await Promise.all([...new Set(some)].map(async (n) => (await putAll(roots[n]!), pin(n))));
  },
  async () => pin(mine[pick(mine.length)]!),
  async () => {
    const n = mine[pick(mine.length)]!;
    pinned.delete(n);
    await say(`unpinning ${n}`);
    await store.unpin(roots[n]!.root);
  },
  async () => unlessGone(() => readAll(roots[pick(ROOTS)]!)),
  async () => {
    const n = [...pinned][pick(pinned.size)];
    if (n !== undefined) await unlessGone(() => readAll(roots[n]!), `a block of the pinned root ${n}:`);
  },
  // What is older than the time that a clock may lag behind, and a little more.
  async () => store.gc({ graceSeconds: -0.06 }),
  async () => store.gc({ graceSeconds: 0 }),
  async () => {
    await store.close();
    store = await openLocalStore({ directory });
  },
  async () => delay(pick(30)),
];

for (let count = 0; ; count++) {
  await unlessGone(steps[pick(steps.length)]!);
  await say(`step ${count}`);
}
