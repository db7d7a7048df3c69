import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAside } from "./carNames.ts";
import { openLocalStore, type DirectoryStore } from "./localStore.ts";
import { age } from "./testing/age.ts";
import { damage } from "./testing/damage.ts";
import { ROOTS, rootOf, type SharedRoot } from "./testing/sharedRoots.ts";

const SEED = Number(process.env["FC_SEED"] ?? 20_261_126);
const STORES = 2;

/** What is known of a directory without looking: blocks that must be there, and those that may be. */
class Model {
  readonly pinned = new Set<number>();
  /** Blocks by CID: put, and not collected since. Others' may still be there. */
  readonly stored = new Set<string>();
  readonly damaged = new Set<string>();
}

interface Real {
  readonly directory: string;
  readonly stores: DirectoryStore[];
  readonly roots: SharedRoot[];
}

type Step = fc.AsyncCommand<Model, Real>;

const blocksOf = (real: Real, numbers: Iterable<number>): Set<string> =>
  new Set([...numbers].flatMap((n) => real.roots[n]!.blocks.map(({ cid }) => cid.toString())));

/** Each step is done by one of several stores over the same directory. */
const step = (
  name: string,
  run: (model: Model, real: Real, store: DirectoryStore) => Promise<void>,
  check: (model: Model) => boolean = () => true,
) =>
  fc.nat(STORES - 1).map((n): Step => ({
    check,
    run: (model, real) => run(model, real, real.stores[n]!),
    toString: () => `${name} by ${n}`,
  }));

const put = (root: number) =>
  step(`put ${root}`, async (model, real, store) => {
    for (const { cid, bytes } of real.roots[root]!.blocks) {
      await store.put(cid, bytes);
      model.stored.add(cid.toString());
    }
  });

const pin = (root: number) =>
  step(`pin ${root}`, async (model, real, store) => {
    const { root: cid, blocks } = real.roots[root]!;
    const isWhole = blocks.every((block) => model.stored.has(block.cid.toString()));
    const pinned = await store.pin(cid).then(
      () => true,
      (error: { code?: string }) => (expect(error.code).toMatch(/^CONTENT_(NOT_FOUND|CORRUPT)$/), false),
    );
    if (isWhole && model.damaged.size === 0) expect(pinned).toBe(true);
    if (pinned) model.pinned.add(root);
  });

const unpin = (root: number) =>
  step(`unpin ${root}`, async (model, real, store) => {
    await store.unpin(real.roots[root]!.root);
    model.pinned.delete(root);
  });

const read = (root: number) =>
  step(`read ${root}`, async (model, real, store) => {
    for (const { cid, bytes } of real.roots[root]!.blocks) {
      const key = cid.toString();
      const got = await store.get(cid).catch((error: { code?: string }) => error.code);
      if (got === "CONTENT_CORRUPT") expect(model.damaged.has(key), key).toBe(true);
      else if (got === "CONTENT_NOT_FOUND")
        expect(model.stored.has(key) && !model.damaged.has(key), key).toBe(false);
      else expect(Buffer.compare(got as Uint8Array, bytes), key).toBe(0);
    }
  });

/** After an hour, which is the default grace. */
const collect = step("collect", async (model, real, store) => {
  await age(real.directory);
  const incomplete = new Set<number>();
  for await (const root of store.unfinishedPins()) {
    // what is below a root that has not arrived is not known
    if (model.stored.has(root.toString()))
      incomplete.add(real.roots.findIndex((other) => other.root.equals(root)));
  }
  const failure = await store.gc().then(() => null, String);
  // with a damaged block it may not be able to tell what is pinned
  if (failure !== null && model.damaged.size > 0) return;
  if (failure !== null) throw new Error(failure);
  const kept = blocksOf(real, [...model.pinned, ...incomplete]);
  for (const key of model.stored) if (!kept.has(key)) model.stored.delete(key);
});

const reopen = fc.nat(STORES - 1).map((n): Step => ({
  check: () => true,
  run: async (_, real) => {
    await real.stores[n]!.close();
    real.stores[n] = await openLocalStore({ directory: real.directory });
  },
  toString: () => `reopen ${n}`,
}));

const loseIndexes = step("lose the indexes", async (_, real) => {
  const blocks = join(real.directory, "blocks");
  for (const name of await readdir(blocks)) {
    if (name.endsWith(".idx") && name.charCodeAt(5) % 2 === 0) await rm(join(blocks, name));
    else if (name.endsWith(".idx")) await writeFile(join(blocks, name), "busker2\nnot an index any more");
  }
});

const spoil = (root: number) =>
  step(
    `damage ${root}`,
    async (model, real) => {
      const { cid } = real.roots[root]!.blocks.at(-2)!;
      if (!model.stored.has(cid.toString())) return;
      await damage(real.directory, cid);
      model.damaged.add(cid.toString());
    },
    ({ damaged }) => damaged.size === 0,
  );

describe("stores of one directory", () => {
  for (const [what, extra] of [
    ["", []],
    [" even when a block is damaged", [fc.nat(ROOTS - 1).chain(spoil)]],
  ] as const) {
    it(
      `do what one of them alone would do, step by step${what} (seed ${SEED})`,
      { timeout: 120_000 },
      async () => {
        const roots = await Promise.all(Array.from({ length: ROOTS }, (_, n) => rootOf(n)));
        const number = fc.nat(ROOTS - 1);
        const commands = fc.commands(
          [
            number.chain(put),
            number.chain(put),
            number.chain(pin),
            number.chain(unpin),
            number.chain(read),
            collect,
            reopen,
            loseIndexes,
            ...extra,
          ],
          { maxCommands: 40, size: "max" },
        );
        const property = fc.asyncProperty(commands, async (steps) => {
          const directory = await mkdtemp(join(tmpdir(), "busker-model-"));
          const open = () => openLocalStore({ directory });
          const real: Real = { directory, roots, stores: await Promise.all([open(), open()]) };
          const model = new Model();
          try {
            await fc.asyncModelRun(() => ({ model, real }), steps);
            for (const key of model.pinned) await expectRead(real, model, key);
            expect((await readdir(join(directory, "blocks"))).filter(isAside)).toEqual([]);
          } finally {
            await Promise.all(real.stores.map((store) => store.close()));
            await rm(directory, { recursive: true });
          }
        });
        await fc.assert(property, { seed: SEED, numRuns: Number(process.env["BUSKER_MODEL_RUNS"] ?? 40) });
      },
    );
  }
});

/** As after a restart. */
async function expectRead({ directory, roots }: Real, { damaged }: Model, number: number): Promise<void> {
  const store = await openLocalStore({ directory });
  for (const { cid, bytes } of roots[number]!.blocks) {
    if (damaged.has(cid.toString())) continue;
    expect(Buffer.compare(await store.get(cid), bytes), cid.toString()).toBe(0);
  }
  await store.close();
}
