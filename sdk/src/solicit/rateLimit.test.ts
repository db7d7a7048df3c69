import { describe, expect, it } from "vitest";

import { rateLimit } from "./rateLimit.ts";

describe("rateLimit", () => {
  it("gives each peer its burst, then as much as time brings back", () => {
    let now = 0;
    const mayAsk = rateLimit({ burst: 2, perMinute: 60, clock: () => now });
    expect([mayAsk("a"), mayAsk("a"), mayAsk("a"), mayAsk("b")]).toEqual([true, true, false, true]);
    now = 1000;
    expect([mayAsk("a"), mayAsk("a")]).toEqual([true, false]);
  });

  it("counts partial time of refused requests", () => {
    let now = 0;
    const mayAsk = rateLimit({ burst: 1, perMinute: 60, clock: () => now });
    expect(mayAsk("a")).toBe(true);
    for (now = 100; now < 1000; now += 100) expect(mayAsk("a")).toBe(false);
    now = 1001;
    expect(mayAsk("a")).toBe(true);
  });

  it("forgets the peer that was longest unseen", () => {
    const mayAsk = rateLimit({ burst: 1, perMinute: 0, peers: 2, clock: () => 0 });
    expect(["a", "b", "a", "c", "a", "b"].map(mayAsk)).toEqual([true, true, false, true, false, true]);
  });
});
