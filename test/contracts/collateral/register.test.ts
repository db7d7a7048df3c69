import { describe, it } from "vitest";

import { expectEvents } from "../support/expectations.ts";
import { ready } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

describe("register", () => {
  describe.each([
    ["endpoints", ["/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWBusker", "/dns4/busker.example/tcp/443/wss"]],
    ["no endpoints", []],
  ] as const)("when %s are given", (_title, endpoints) => {
    it("emits KeyholderRegistered", async () => {
      const { world } = await stage(ready);
      const keyholder = world.keyholder(0);
      const registration = {
        endpoints: [...endpoints],
        feeBps: 300,
        feeFloor: 5n,
        maxDeposit: 7n * ETHER,
        maxArchiveSize: 2n ** 40n,
      };
      expectEvents(await done(world.as(keyholder).register(registration)), world.address, [
        "KeyholderRegistered",
        keyholder.address,
        [registration.endpoints, 300n, 5n, 7n * ETHER, 2n ** 40n],
      ]);
    });
  });
});
