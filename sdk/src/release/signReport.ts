import { getAddress, isAddress, isHexString, ZeroAddress } from "ethers";
import { z } from "zod";
import type { Client } from "../chain/client.ts";
import { wipe } from "../crypto/bytes.ts";
import { signLeakReport } from "../crypto/leakReport.ts";
import { parseReleaseKey } from "../crypto/parseReleaseKey.ts";
import { MAX_GROUPS, MAX_SLOTS } from "../protocol/limits.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { Report } from "../protocol/typedData.ts";
import { requireSlotKey } from "./requireSlotKey.ts";

/** A report as its maker hands it to whoever sends it: plain JSON without a secret. Nobody can change who is paid. */
export interface SignedReport extends Report {
  chainId: string;
  contract: string;
  signature: string;
}

export interface SignReportOptions extends Report {
  /** The leaked release key: 32 bytes, which are wiped, or `0x` and 64 hexadecimal digits. It leaves this machine in no form. */
  releaseKey: Uint8Array | string;
}

/**
 * Signs the report of a leaked release key with that key: proof that it is known, which `report` or any relayer sends.
 *
 * @throws BuskerError BAD_RELEASE_KEY for what is no key, WRONG_RELEASE_KEY when it is not that of the slot, or with the contract's
 * reason when there is no such slot
 * @example
 * const signed = await signReport(client, { releaseId, group: 0, index: 2, payee: "0x…", releaseKey });
 * await writeFile("report.json", JSON.stringify(signed));
 */
export async function signReport(client: Client, options: SignReportOptions): Promise<SignedReport> {
  const { releaseId, group, index, payee } = options;
  const releaseKey = parseReleaseKey(options.releaseKey);
  try {
    await requireSlotKey(client, releaseId, group, index, releaseKey);
    const facts = { releaseId, group, index, payee: getAddress(payee) };
    const signature = signLeakReport(releaseKey, facts, client.domain);
    return { chainId: client.chainId.toString(), contract: client.address, ...facts, signature };
  } finally {
    wipe(releaseKey);
  }
}

const hex = (bytes: number) => z.string().refine((text) => isHexString(text, bytes));
const address = z
  .string()
  .refine((text) => isAddress(text) && text !== ZeroAddress)
  .transform(getAddress);
const schema = z.strictObject({
  chainId: z.string().regex(/^\d{1,30}$/),
  contract: address,
  releaseId: hex(32),
  group: z
    .int()
    .min(0)
    .max(MAX_GROUPS - 1),
  index: z
    .int()
    .min(0)
    .max(MAX_SLOTS - 1),
  payee: address,
  signature: hex(65).or(hex(64)),
});

/** Reads a report that somebody else signed, from its JSON. @throws BuskerError BAD_REPORT */
export function parseReport(json: string): SignedReport {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new BuskerError("BAD_REPORT", "What was given is no signed report", {
      hint: "Ask the whistleblower for the file as it was written, unchanged.",
      cause,
    });
  }
}
