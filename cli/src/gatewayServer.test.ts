import { expect, it } from "vitest";
import { gatewayUse } from "./gatewayServer.ts";

it("tells gateways to fetch from and the place of one's own apart", () => {
  expect(gatewayUse()).toEqual({ from: [], at: null });
  expect(gatewayUse(["https://a.example", "127.0.0.1:0", "http://127.0.0.1:8080"])).toEqual({
    from: ["https://a.example", "http://127.0.0.1:8080"],
    at: { host: "127.0.0.1", port: 0 },
  });
  for (const wrong of [["nowhere"], ["127.0.0.1:0", "127.0.0.1:1"]])
    expect(() => gatewayUse(wrong)).toThrow(expect.objectContaining({ code: "BAD_HOST_PORT" }));
});
