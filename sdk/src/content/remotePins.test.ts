import type { IncomingMessage, RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { blockOf, RAW } from "../archive/block.ts";
import { noise } from "../archive/testing/fixture.ts";
import { RemotePins } from "./remotePins.ts";
import { answering } from "./testing/answering.ts";
import { closeAll } from "./testing/closing.ts";

const TOKEN = "very-secret-token";
afterEach(closeAll);

const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });
async function start(answer: RequestListener): Promise<string> {
  return `${await answering(answer)}/psa`;
}
const over = async (answer: RequestListener) =>
  new RemotePins({ service: await start(answer), token: TOKEN, timeoutMs: 300 });
const saying =
  (status: number, body: unknown): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A service that pins at once, and keeps what it was asked. */
function service(): { asked: string[]; answer: RequestListener } {
  const asked: string[] = [];
  const pins = new Map<string, object>();
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const body = await bodyOf(request);
    asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    const id = /^\/psa\/pins\/(.+)$/.exec(request.url ?? "")?.[1];
    if (request.method === "POST") {
      const requestid = `id/${pins.size}`;
      const pin = {
        requestid,
        status: "queued",
        created: "2026-01-01T00:00:00Z",
        pin: JSON.parse(body) as object,
      };
      pins.set(requestid, { ...pin, status: "pinned", delegates: [] });
      return [202, { ...pin, delegates: ["/ip4/203.0.113.7/tcp/4001/p2p/QmA"], info: { more: 1 } }];
    }
    if (id === undefined) return [200, { count: pins.size, results: [...pins.values()] }];
    const found = pins.get(decodeURIComponent(id));
    if (found === undefined) return [404, { error: { reason: "NOT_FOUND", details: "no such pin" } }];
    if (request.method !== "DELETE") return [200, found];
    pins.delete(decodeURIComponent(id));
    return [202, ""];
  };
  return {
    asked,
    answer: (request, response) =>
      void answer(request).then(([status, body]) => saying(status, body)(request, response)),
  };
}

describe("a pinning service", () => {
  it("pins, says how far it is, lists and forgets", async () => {
    const { asked, answer } = service();
    const pins = await over(answer);
    const { cid } = await blockOf(RAW, noise(10, 1));
    const origins = Array.from({ length: 30 }, (_, n) => `/ip4/203.0.113.${n}/tcp/4001/p2p/QmB`);
    const pin = await pins.add({ cid, name: "Nine Songs", origins });
    expect(pin).toMatchObject({ requestId: "id/0", status: "queued", name: "Nine Songs" });
    expect(pin.cid.equals(cid)).toBe(true);
    expect(pin.delegates).toEqual(["/ip4/203.0.113.7/tcp/4001/p2p/QmA"]);
    expect((await pins.get("id/0")).status).toBe("pinned");
    expect((await pins.list(cid)).map(({ requestId }) => requestId)).toEqual(["id/0"]);
    await pins.remove("id/0");
    await expect(pins.get("id/0")).rejects.toEqual(fails("PIN_SERVICE_REFUSED", "NOT_FOUND: no such pin"));
    const sent = JSON.stringify({ cid: cid.toString(), name: "Nine Songs", origins: origins.slice(0, 20) });
    expect(asked.slice(0, 4)).toEqual([
      `POST /psa/pins Bearer ${TOKEN} ${sent}`,
      `GET /psa/pins/id%2F0 Bearer ${TOKEN} `,
      `GET /psa/pins?cid=${cid}&status=queued,pinning,pinned,failed Bearer ${TOKEN} `,
      `DELETE /psa/pins/id%2F0 Bearer ${TOKEN} `,
    ]);
  });

  it("that refuses, is odd, down or silent is told apart, and the token is never shown", async () => {
    const quoting = { error: { reason: "BAD", details: `your token ${TOKEN} is for others` } };
    const cases: [string, RequestListener][] = [
      ["PIN_SERVICE_DENIED", saying(401, quoting)],
      ["PIN_SERVICE_REFUSED", saying(409, quoting)],
      ["PIN_SERVICE_ODD", saying(500, "<html>")],
      ["PIN_SERVICE_ODD", saying(200, "<html>")],
      ["PIN_SERVICE_ODD", saying(200, { requestid: "1", status: "maybe", pin: { cid: "x" }, delegates: [] })],
      ["PIN_SERVICE_ODD", saying(200, "x".repeat(2 ** 20 + 1))],
      ["PIN_SERVICE_UNREACHABLE", (request) => void request.destroy()],
      ["PIN_SERVICE_UNREACHABLE", () => {}],
    ];
    for (const [code, answer] of cases) {
      const error: unknown = await (await over(answer)).get("1").catch((reason: unknown) => reason);
      expect(error).toEqual(fails(code));
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(TOKEN);
    }
  });

  it("cannot send the token on to others", async () => {
    let elsewhere = 0;
    const other = await start((request, response) => {
      elsewhere++;
      saying(200, {})(request, response);
    });
    const pins = await over(
      (_, response) => void response.writeHead(307, { location: `${other}/pins` }).end(),
    );
    await expect(pins.get("1")).rejects.toEqual(fails("PIN_SERVICE_ODD", "307"));
    expect(elsewhere).toBe(0);
  });

  it("is not told a token where others could read it, or one that is none", () => {
    const open = (address: string, token = TOKEN) => new RemotePins({ service: address, token });
    expect(() => open("http://example.org/psa")).toThrow(fails("ENDPOINT_INSECURE"));
    expect(() => open("nonsense")).toThrow(fails("ENDPOINT_INVALID"));
    expect(() => open("https://example.org/psa", `${TOKEN}\n`)).toThrow(fails("SECRET_INVALID"));
    expect(() => open("https://example.org/psa", `${TOKEN}\n`)).not.toThrow(TOKEN);
    expect(() => open("https://example.org/psa", "")).toThrow(fails("SECRET_INVALID"));
  });
});
