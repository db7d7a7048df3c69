import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CID } from "multiformats/cid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import type { AddressInfo } from "node:net";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const TOKEN = "a-token-of-this-test";

let folder: string;
let archive: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-archives-"));
  await mkdir(join(folder, "album"));
  await writeFile(join(folder, "album", "a.ogg"), "a song ".repeat(30_000));
  archive = (await busker("artist", "pack", "album", "--artist", "The Owls"))["archive"] as string;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command as somebody. @returns its result, or the error that it prints */
function busker(who: string, ...args: string[]): Promise<Record<string, unknown>> {
  const env = {
    ...process.env,
    BUSKER_PASSPHRASE: "a secret of this test",
    BUSKER_PIN_TOKEN: TOKEN,
    BUSKER_HOME: join(folder, who),
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args, "--json"], { cwd: folder, env }, (_, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Record<string, unknown>);
      } catch {
        reject(new Error(`${stdout}${stderr}`));
      }
    });
  });
}

test("an archive goes into a CAR file, into another store, and out again the same", async () => {
  expect(await busker("artist", "export", "album", "album.car")).toMatchObject({ archive });
  expect(await busker("fan", "import", "album.car")).toMatchObject({
    archives: [{ root: archive, title: "album", artist: "The Owls" }],
  });
  await busker("fan", "export", archive, "again.car");
  const [first, second] = [
    await readFile(join(folder, "album.car")),
    await readFile(join(folder, "again.car")),
  ];
  expect(first.equals(second)).toBe(true);
});

test("a CAR file is not written over another file, nor read when it is none", async () => {
  await writeFile(join(folder, "mine.car"), "mine");
  expect(await busker("artist", "export", "album", "mine.car")).toMatchObject({ error: "FILE_EXISTS" });
  expect(await busker("fan", "import", "mine.car")).toMatchObject({ error: "CAR_MALFORMED" });
  expect(await busker("fan", "import", "nothing.car")).toMatchObject({ error: "NO_FILE" });
  expect(await busker("artist", "export", "album", "mine.car", "--force")).toMatchObject({ archive });
});

test("what is neither a CID nor a draft is looked for on the chain", async () => {
  const local = { error: expect.stringMatching(/NO_SYSTEM|NO_RELEASE/) as string };
  expect(await busker("stranger", "export", "album", "a.car")).toMatchObject(local);
});

test("a pinning service fetches an archive from the command that asked it to", async () => {
  const node = await openHeliaStore({ directory: join(folder, "service") });
  let status = "queued";
  let asked = "";
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for await (const part of request) asked += String(part);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    if (request.url?.includes("?") === true)
      return void response.end(JSON.stringify({ count: 0, results: [] }));
    if (request.method === "POST") {
      void node.pin(CID.parse(archive)).then(() => (status = "pinned"));
    }
    const pin = { requestid: "1", status, pin: { cid: archive }, delegates: node.addresses() };
    return void response.end(JSON.stringify(pin));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const done = await busker("artist", "pin-remote", "album", "--service", service, "--wait");
    expect(done).toMatchObject({ requestId: "1", status: "pinned", cid: archive });
    expect(JSON.parse(asked)).toMatchObject({ cid: archive, name: "album" });
    expect(await node.has(CID.parse(archive))).toBe(true);
  } finally {
    server.closeAllConnections();
    server.close();
    await node.close();
  }
});
