import { reportDigest, type Report } from "../protocol/typedData.ts";
import { signDigest } from "./signature.ts";
import type { Domain } from "../protocol/domains.ts";

/** @returns the signature by a leaked release key that names who is paid for the report, 65 bytes in hexadecimal. */
export function signLeakReport(releaseKey: Uint8Array, report: Report, domain: Domain): string {
  return signDigest(releaseKey, reportDigest(report, domain));
}
