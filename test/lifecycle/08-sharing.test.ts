import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Client } from "@busker/sdk/chain/client.ts";
import type { Manifest } from "@busker/sdk/archive/manifest.ts";
import { readCar } from "@busker/sdk/content/readCar.ts";
import { startKubo } from "@busker/sdk/content/testing/kuboDaemon.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { sampleAlbum } from "@busker/cli/demo/sample.ts";
import { stop } from "@busker/cli/local/processes.ts";
import { startSystem, type LocalSystem } from "@busker/cli/local/system.ts";
import { CommandLine, type Result } from "./commandLine.ts";

interface Seeding {
  addresses: string[];
  gateway: string;
  archive: string;
  files: { path: string; cid: string }[];
}

const RAW = 0x55;

let folder: string;
let album: string;
let system: LocalSystem;
let reader: Client;
let busker: CommandLine;
let releaseId: string;
let archive: string;
let seeding: { child: ChildProcess; ready: Seeding };
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-sharing-"));
  album = await sampleAlbum(folder);
  system = await startSystem({ folder: join(folder, ".busker", "local"), port: 0, keyholders: 3 });
  reader = await connect({ rpc: system.file.rpc, contract: system.file.contract });
  busker = new CommandLine(folder);
  const { publicKey } = await done("recipient", "reviewer.key");
  const artist = ["--as", "artist"];
  const packed = await done("pack", album, "--artist", "Audio Lena", "--for", String(publicKey), ...artist);
  archive = String(packed["archive"]);
  await done("publish", "lena", ...artist);
  await done("call", "lena", "--goal", "1", "--groups", "2of3", ...artist);
  ({ releaseId } = (await done("create", "lena", ...artist)) as { releaseId: string });
  await done("seal", "lena", ...artist);
  await done("audit", "lena", ...artist);
});
afterAll(async () => {
  await Promise.all(children.map(stop));
  reader.provider.destroy();
  await system.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command that succeeds. */
async function done(...args: string[]): Promise<Result> {
  const result = await busker.run(...args);
  if ("error" in result) throw new Error(`busker ${args.join(" ")}: ${JSON.stringify(result)}`);
  return result;
}

async function start<Ready>(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const started = await busker.start<Ready>(...args);
  children.push(started.child);
  return started;
}

/** The opened files are the ones that were packed. */
async function expectOpened(opened: string): Promise<void> {
  const names = (await readdir(opened)).toSorted();
  expect(names).toEqual((await readdir(album)).toSorted());
  for (const name of names)
    expect((await readFile(join(opened, name))).equals(await readFile(join(album, name))), name).toBe(true);
}

const gatewaysOf = (urls: string[]): string[] => urls.flatMap((url) => ["--gateway", url]);
const keyholderGateways = (): string[] => gatewaysOf(system.keyholders.map(({ gateway }) => gateway));

describe("before the release opens", () => {
  test("the local system says where its HTTP gateways are, and the daemons serve there", async () => {
    const { gateways } = system.file;
    expect(gateways).toEqual([system.artistNode.gateway, ...system.keyholders.map(({ gateway }) => gateway)]);
    for (const url of gateways) {
      const { status, headers } = await fetch(`${url}/ipfs/${archive}?format=raw`, { method: "HEAD" });
      expect([status, headers.get("x-ipfs-roots")]).toEqual([200, archive]);
    }
  });

  test("a fan checks it by HTTP gateways alone, then seeds it over libp2p and HTTP", async () => {
    const verified = await done("verify", releaseId, ...keyholderGateways(), "--as", "fan2");
    expect((verified["manifest"] as Manifest).title).toBe("Lena");
    seeding = await start<Seeding>("seed", releaseId, "--gateway", "--as", "fan1");
    expect(seeding.ready).toMatchObject({ archive, files: [] });
    expect(seeding.ready.addresses.length).toBeGreaterThan(0);
    const { status } = await fetch(`${seeding.ready.gateway}/ipfs/${archive}?format=car`, { method: "HEAD" });
    expect(status).toBe(200);
  });

  test("plain parts and those that the audit opened can be read, and nothing else", async () => {
    const { manifest, auditedFragments } = (await done("verify", releaseId, "--as", "fan2")) as unknown as {
      manifest: Manifest;
      auditedFragments: number[];
    };
    expect(auditedFragments.length).toBeGreaterThan(0);
    const preview = join(folder, "preview");
    const { files } = (await done("preview", releaseId, preview, ...keyholderGateways(), "--as", "fan2")) as {
      files: { path: string; readable: [number, number][] }[];
    };
    let locked = 0;
    for (const { path, size, fragmentSize, plain } of manifest.files) {
      const expected = await readFile(join(album, path));
      const written = await readFile(join(preview, path));
      const readable = files.find((file) => file.path === path)!.readable;
      for (let from = 0, number = 0; from < size; from += fragmentSize, number++) {
        const to = Math.min(from + fragmentSize, size);
        const isPlain = plain.some(([first, end]) => first <= number && number < end);
        const isReadable = isPlain || auditedFragments.includes(locked);
        const where = `bytes ${from} to ${to} of ${path}`;
        expect(
          readable.some(([first, end]) => first <= from && to <= end),
          where,
        ).toBe(isReadable);
        const content = isReadable ? expected.subarray(from, to) : Buffer.alloc(to - from);
        expect(written.subarray(from, to).equals(content), where).toBe(true);
        if (!isPlain) locked++;
      }
    }
    const [{ path, readable }] = files as [{ path: string; readable: [number, number][] }];
    const [[, end]] = readable as [[number, number]];
    const read = (range: string) =>
      busker.bytes("read", releaseId, path, "--range", range, ...keyholderGateways(), "--as", "fan2");
    expect((await read(`5-${end}`)).stdout.equals((await readFile(join(album, path))).subarray(5, end))).toBe(
      true,
    );
    const beyond = await read(`${end}-${end + 1}`);
    expect(beyond.stdout).toHaveLength(0);
    expect(beyond.stderr).toMatch(/locked[\s\S]*\(FRAGMENT_LOCKED\)/);
    expect(await busker.run("open", releaseId, join(folder, "early"), "--as", "fan2")).toMatchObject({
      error: "RELEASE_LOCKED",
    });
  });

  test("whom the artist packed it for opens it, and nobody else with a key of the same kind", async () => {
    const opened = join(folder, "reviewed");
    await done("open", releaseId, opened, "--as", "reviewer.key");
    await expectOpened(opened);
    await done("recipient", "other.key");
    expect(await busker.run("open", releaseId, join(folder, "no"), "--as", "other.key")).toMatchObject({
      error: "NOT_A_RECIPIENT",
    });
  });

  test("a gateway that is not there, or cannot be one, is named with what to do next", async () => {
    for (const [gateway, error] of [
      ["http://127.0.0.1:1", "GATEWAY_UNREACHABLE"],
      ["ftp://127.0.0.1", "GATEWAY_INVALID"],
    ] as const) {
      const refused = await busker.run("verify", releaseId, "--gateway", gateway, "--as", "fan2");
      expect(refused).toMatchObject({ error, hint: expect.stringMatching(/\S/) as string });
      expect(String(refused["message"])).toContain("127.0.0.1");
    }
    const place = await busker.run("seed", releaseId, "--gateway", "nowhere", "--as", "fan2");
    expect(place).toMatchObject({ error: "BAD_HOST_PORT" });
  });
});

describe("with an own Kubo daemon (needs ipfs in PATH)", () => {
  test("an artist's archive and a fan's copy are kept and given by it under the same root", async ({
    skip,
  }) => {
    const [artists, fans] = [await startKubo(), await startKubo()];
    if (artists === null || fans === null) return skip("there is no ipfs program");
    try {
      const published = await done("publish", "lena", "--kubo", artists.rpc, "--as", "artist");
      expect(published).toMatchObject({ archive });
      // From the artist's daemon over HTTP into the fan's: no node of ours takes part.
      const kept = await done(
        "seed",
        releaseId,
        "--kubo",
        fans.rpc,
        "--gateway",
        artists.gateway,
        "--as",
        "fan3",
      );
      expect(kept).toMatchObject({ archive });
      const exported = join(folder, "from-kubo.car");
      const from = gatewaysOf([fans.gateway]);
      await done("export", archive, exported, ...from, "--as", "fan4");
      await done("export", "lena", join(folder, "own.car"), "--as", "artist");
      expect((await readFile(exported)).equals(await readFile(join(folder, "own.car")))).toBe(true);
      const gone = await busker.run("publish", "lena", "--kubo", "http://127.0.0.1:1", "--as", "artist");
      expect(gone).toMatchObject({ error: "KUBO_UNREACHABLE", hint: expect.stringMatching(/\S/) as string });
    } finally {
      await Promise.all([artists.stop(), fans.stop()]);
    }
  });
});

describe("once it is unlocked", () => {
  beforeAll(async () => {
    await done("pledge", releaseId, "1", "--as", "fan1");
    await done("skip", `${reader.parameters.finalityDelay}s`);
    await awaitState(reader, releaseId, State.Unlocked);
    await stop(system.artistNode.process);
  });

  test("a fan opens it from keyholders' HTTP gateways alone", async () => {
    const opened = join(folder, "by-gateways");
    await done("--home", join(folder, "gateways"), "open", releaseId, opened, ...keyholderGateways());
    await expectOpened(opened);
  });

  test("with all keyholders gone a fan opens it from the fan who seeds it, peer to peer", async () => {
    await Promise.all(system.keyholders.map((keyholder) => stop(keyholder.process)));
    const nobody = await busker.run(
      "--home",
      join(folder, "peers"),
      "open",
      releaseId,
      join(folder, "never"),
    );
    expect(nobody).toMatchObject({ error: "NO_PROVIDER", hint: expect.stringContaining("--peer") as string });
    const opened = join(folder, "by-a-fan");
    const [address] = seeding.ready.addresses as [string];
    await done("--home", join(folder, "peers"), "open", releaseId, opened, "--peer", address);
    await expectOpened(opened);
  });

  test("the fan who has it needs nobody else to give the opened files as well, each by a CID of its own", async () => {
    await stop(seeding.child);
    const { ready } = await start<Seeding>("seed", releaseId, "--opened", "--gateway", "--as", "fan1");
    expect(ready.files.map(({ path }) => path)).toEqual((await readdir(album)).toSorted());
    for (const { path, cid } of ready.files) {
      const response = await fetch(`${ready.gateway}/ipfs/${cid}?format=car&dag-scope=entity`);
      const parts: Uint8Array[] = [];
      const { blocks } = await readCar(response.body! as AsyncIterable<Uint8Array>);
      for await (const block of blocks) if (block.cid.code === RAW) parts.push(block.bytes);
      expect(Buffer.concat(parts).equals(await readFile(join(album, path))), path).toBe(true);
    }
  });
});
