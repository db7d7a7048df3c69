import { streamPair } from "@libp2p/utils";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { framesOf } from "./frames.ts";

const text = z.string();
const soon = () => AbortSignal.timeout(2000);

describe("framesOf", () => {
  it("carries messages one after another", async () => {
    const [one, other] = (await streamPair()).map(framesOf);
    await one!.write(text, "first", soon());
    await one!.write(text, "second ✓", soon());
    expect([await other!.read(text, soon()), await other!.read(text, soon())]).toEqual(["first", "second ✓"]);
  });

  it("leaves nothing unhandled when a read is not begun, or given up, before the stream breaks", async () => {
    const [one] = (await streamPair()).map(framesOf);
    const gone = new Error("gone");
    await expect(one!.read(text, AbortSignal.abort(gone))).rejects.toBe(gone);
    await expect(one!.read(text, AbortSignal.timeout(10))).rejects.toThrow(/timeout/);
    one!.abort(gone);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("does not send what the other side would refuse", async () => {
    const [one] = (await streamPair()).map(framesOf);
    await expect(one!.write(text, " ".repeat(300_000), soon())).rejects.toMatchObject({
      code: "MESSAGE_TOO_LARGE",
    });
  });
});
