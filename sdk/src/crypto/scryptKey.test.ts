import { afterEach, expect, test, vi } from "vitest";
import { toHex } from "./bytes.ts";
import { scryptKey } from "./scryptKey.ts";

afterEach(() => vi.restoreAllMocks());

test("Node's scrypt and the one for browsers give the same key", async () => {
  const salt = new Uint8Array(32).fill(7);
  const native = await scryptKey("correct horse", salt);
  const builtin = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  const portable = await scryptKey("correct horse", salt);
  expect(builtin).toHaveBeenCalledWith("node:crypto");
  expect(toHex(portable)).toBe(toHex(native));
});
