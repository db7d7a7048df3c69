import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { blockOf, RAW } from "../archive/block.ts";
import { noise } from "../archive/testing/fixture.ts";
import { openKuboStore, type KuboStoreOptions } from "./kubo.ts";
import { MemoryStore } from "./memory.ts";
import { answering } from "./testing/answering.ts";
import { closeAll } from "./testing/closing.ts";
import type { ContentStore } from "./store.ts";

const SECRET = "Bearer very-secret-token";
afterEach(closeAll);

const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });

/** Something that listens where a daemon is expected; it answers `id` as a daemon does and the rest as told. */
async function daemon(answer: RequestListener): Promise<string> {
  return answering((request, response) => {
    if (request.url?.startsWith("/api/v0/id") !== true) return answer(request, response);
    const ID = "12D3KooWQUsbMAhv8VAeXwFSuRixFDhiFqsYELkbe2WBKf2yJMFU";
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ ID, Addresses: null, Protocols: null }));
  });
}
async function over(answer: RequestListener, options: Partial<KuboStoreOptions> = {}): Promise<ContentStore> {
  return openKuboStore({ url: await daemon(answer), ...options });
}
const saying =
  (status: number, Message: string): RequestListener =>
  (request, response) => {
    request.resume();
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify({ Message, Code: 0 }));
  };

describe("a Kubo daemon", () => {
  it("that does not run is said not to", async () => {
    await expect(openKuboStore({ url: "http://127.0.0.1:1" })).rejects.toEqual(
      fails("KUBO_UNREACHABLE", "http://127.0.0.1:1"),
    );
  });

  it("that lets nobody in, fails, is full or hangs is told apart", async () => {
    const block = await blockOf(RAW, noise(10, 1));
    const put = async (answer: RequestListener) =>
      (await over(answer, { authorization: SECRET, timeoutMs: 300 })).put(block.cid, block.bytes);
    await expect(put(saying(403, "Kubo RPC Access Denied"))).rejects.toEqual(fails("KUBO_DENIED"));
    await expect(put(saying(500, "lock is held"))).rejects.toEqual(fails("KUBO_FAILED", "lock is held"));
    await expect(put(saying(500, "write: no space left on device"))).rejects.toEqual(fails("STORE_FULL"));
    await expect(put(saying(404, "404 page not found"))).rejects.toEqual(fails("KUBO_UNREACHABLE"));
    await expect(put((request) => void request.resume())).rejects.toEqual(fails("KUBO_TIMEOUT", "0.3 s"));
  });

  it("that gives other bytes is not believed", async () => {
    const { cid } = await blockOf(RAW, noise(10, 1));
    const liar = await over((_, response) => void response.end("other bytes"));
    await expect(liar.get(cid)).rejects.toEqual(fails("CONTENT_CORRUPT"));
  });

  it("that dies or refuses while it is handed an archive has not pinned it", async () => {
    const source = new MemoryStore();
    const { cid, bytes } = await blockOf(RAW, noise(1000, 1));
    await source.put(cid, bytes);
    const absent = saying(500, "block was not found locally (offline): ipld: could not find it");
    const importing =
      (answer: RequestListener): RequestListener =>
      (request, response) =>
        (request.url?.includes("dag/import") === true ? answer : absent)(request, response);
    const pin = async (answer: RequestListener) => (await over(importing(answer), { source })).pin(cid);
    const root = (PinErrorMsg: string) =>
      JSON.stringify({ Root: { Cid: { "/": cid.toString() }, PinErrorMsg } });
    const says =
      (text: string): RequestListener =>
      (request, response) =>
        void request.resume().on("end", () => response.end(text));
    await expect(pin((request) => void request.destroy())).rejects.toEqual(fails("KUBO_UNREACHABLE"));
    await expect(pin(says(""))).rejects.toEqual(fails("KUBO_FAILED", "has not pinned"));
    await expect(pin(says(root("block missing")))).rejects.toEqual(fails("KUBO_FAILED", "block missing"));
    await expect(pin(says(root("")))).resolves.toBeUndefined();
  });

  it("gets its access token and no error shows it", async () => {
    let seen: string | undefined;
    const store = await over(
      (request, response) => {
        seen = request.headers.authorization;
        saying(500, "no")(request, response);
      },
      { authorization: SECRET },
    );
    const { cid } = await blockOf(RAW, noise(10, 1));
    const error: unknown = await store.unpin(cid).catch((reason: unknown) => reason);
    expect(seen).toBe(SECRET);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain("very-secret");
  });

  it("is not told secrets where others could read them, or that no header takes", async () => {
    const open = (url: string, authorization?: string) =>
      openKuboStore({ url, authorization }).then(
        () => undefined,
        (error: Error & { code: string }) => `${error.code} ${String(error.stack)}`,
      );
    const refused = [
      [await open("http://example.org:5001", SECRET), "ENDPOINT_INSECURE"],
      [await open("http://me:very-secret@127.0.0.1:5001"), "ENDPOINT_INVALID"],
      [await open("nonsense"), "ENDPOINT_INVALID"],
      [await open("http://127.0.0.1:5001", `${SECRET}\n`), "SECRET_INVALID"],
    ] as const;
    for (const [error, code] of refused) {
      expect(error).toMatch(new RegExp(`^${code} `));
      expect(error).not.toContain("very-secret");
    }
  });
});
