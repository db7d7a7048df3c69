import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noise } from "../archive/testing/fixture.ts";
import { DiskTrace } from "./testing/diskTrace.ts";

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL("testing/pinChild.ts", import.meta.url));
const CALLS =
  "openat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat";
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "busker-power-")));
  await mkdir(join(folder, "work"));
  await writeFile(join(folder, "work", "a.bin"), noise(9_000_000, 1));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Skips with a reason where something is missing, unless everything is required. */
async function needsStrace(skip: (reason: string) => void): Promise<void> {
  if (process.env["BUSKER_REQUIRE_ALL"] !== undefined) return;
  await run("strace", ["-f", "-o", "/dev/null", "true"]).catch(() =>
    skip("it needs strace, and to be allowed to trace (apt-get install strace)"),
  );
}

async function traced(way: string): Promise<DiskTrace> {
  const output = join(folder, "trace");
  const begun = ["-f", "-y", "-s", "4096", "-e", `trace=${CALLS}`, "-o", output];
  await run("strace", [...begun, process.execPath, CHILD, folder, way]);
  const home = join(folder, "home");
  const trace = new DiskTrace();
  const atRisk: string[][] = [];
  trace.read(await readFile(output, "utf8"), ({ name, text }) => {
    // the record of a pin comes after all that it vouches for
    if (name.startsWith("rename") && /, .*\/pins\/baf/.test(text))
      atRisk.push(trace.atRisk(home).filter((path) => !path.startsWith(join(home, "store", "pins"))));
    if (name === "write" && text.includes('"pinned'))
      atRisk.push(trace.atRisk(folder).filter((path) => path.startsWith(home) || path === folder));
  });
  expect(atRisk).toEqual(way === "twice" ? [[], [], []] : [[], []]);
  return trace;
}

describe("a power cut", () => {
  it.for(["pinned", "packed", "twice"])("takes nothing of what is pinned: %s", async (way, { skip }) => {
    await needsStrace(skip);
    const trace = await traced(way);
    expect(trace.changed.filter((path) => path.endsWith(".car")).length).toBeGreaterThan(0);
    expect(trace.changed.filter((path) => path.includes("/pins/baf")).length).toBe(way === "twice" ? 2 : 1);
  });

  it("takes nothing of what is pinned that a process put which was killed", async ({ skip }) => {
    await needsStrace(skip);
    await expect(run(process.execPath, [CHILD, folder, "put"])).rejects.toMatchObject({ signal: "SIGKILL" });
    const output = join(folder, "trace");
    await run("strace", [
      "-f",
      "-y",
      "-e",
      "trace=fsync,fdatasync,rename",
      "-o",
      output,
      process.execPath,
      CHILD,
      folder,
      "pinned",
    ]);
    const lines = (await readFile(output, "utf8")).split("\n");
    const recorded = lines.findIndex((line) => /rename.*\/pins\/baf/.test(line));
    const synced = lines.findIndex((line) => /f(data)?sync\(\d+<.*\.car>/.test(line));
    expect(synced).toBeGreaterThan(-1);
    expect(synced).toBeLessThan(recorded);
  });
});
