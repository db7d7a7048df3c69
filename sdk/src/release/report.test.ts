import { recoverAddress, Wallet, ZeroAddress } from "ethers";
import { describe, expect, test } from "vitest";

import type { Client } from "../chain/client.ts";
import { fromHex } from "../crypto/bytes.ts";
import { reportDigest } from "../protocol/typedData.ts";
import { report } from "./report.ts";
import { parseReport, signReport } from "./signReport.ts";

const slotKey = Wallet.createRandom();
const releaseId = `0x${"ab".repeat(32)}`;
const payee = Wallet.createRandom().address;
const contract = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const client = {
  chainId: 31337n,
  address: contract,
  domain: { chainId: 31337n, contract },
  contract: { slotOf: () => Promise.resolve({ releaseKey: slotKey.address }) },
} as unknown as Client;
const place = { releaseId, group: 1, index: 2, payee };

describe("a report of a leaked key", () => {
  test("is signed by that key, which is wiped and nowhere in the report", async () => {
    const releaseKey = fromHex(slotKey.privateKey);
    const signed = await signReport(client, { ...place, releaseKey });
    expect(recoverAddress(reportDigest(place, client.domain), signed.signature)).toBe(slotKey.address);
    expect(releaseKey.every((byte) => byte === 0)).toBe(true);
    expect(JSON.stringify(signed)).not.toContain(slotKey.privateKey.slice(2));
    expect(await signReport(client, { ...place, releaseKey: slotKey.privateKey })).toEqual(signed);
  });

  test("comes back from its file as it was", async () => {
    const signed = await signReport(client, { ...place, releaseKey: slotKey.privateKey });
    expect(parseReport(JSON.stringify(signed))).toEqual(signed);
    const others = [
      {},
      { ...signed, releaseKey: slotKey.privateKey },
      { ...signed, payee: ZeroAddress },
      { ...signed, group: 4 },
      { ...signed, signature: "0x" },
    ];
    for (const json of ["", "[]", ...others.map((other) => JSON.stringify(other))]) {
      expect(() => parseReport(json)).toThrow(expect.objectContaining({ code: "BAD_REPORT" }));
    }
  });

  test("is not made with another key than the slot's, nor with none, and no error tells the key", async () => {
    const other = Wallet.createRandom().privateKey;
    const wrong = signReport(client, { ...place, releaseKey: other });
    await expect(wrong).rejects.toMatchObject({ code: "WRONG_RELEASE_KEY" });
    await expect(wrong).rejects.not.toThrow(other.slice(2));
    for (const releaseKey of [`0x${"00".repeat(32)}`, other.slice(2), "key", new Uint8Array(31)]) {
      await expect(signReport(client, { ...place, releaseKey })).rejects.toMatchObject({
        code: "BAD_RELEASE_KEY",
      });
    }
  });

  test("is not sent to another chain or contract", async () => {
    const signed = await signReport(client, { ...place, releaseKey: slotKey.privateKey });
    for (const other of [{ chainId: "1" }, { contract: payee }]) {
      await expect(report(client, { ...signed, ...other })).rejects.toMatchObject({
        code: "REPORT_ELSEWHERE",
      });
    }
  });
});
