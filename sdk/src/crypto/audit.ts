import { DOMAIN_AUDIT } from "../protocol/domains.ts";
import { toNumber } from "./bytes.ts";
import { keccakWords } from "./hash.ts";
import type { Bytes } from "./bytes.ts";

/**
 * @param blockHash hash of the draw block, 32 bytes in hexadecimal.
 * @returns the audit's seed, 32 bytes, as `drawAudit` stores it.
 */
export function auditSeed(blockHash: string, releaseId: string): Bytes {
  return keccakWords(DOMAIN_AUDIT, blockHash, releaseId);
}

/**
 * Draws distinct positions with Floyd's sampling, as the contract does.
 *
 * @param seed 32 bytes.
 * @param chunkCount C.
 * @param samples q, from 0 to C.
 * @returns the drawn positions, ascending.
 * @throws RangeError when q is above C.
 */
export function auditIndices(seed: Uint8Array, chunkCount: number, samples: number): number[] {
  if (samples > chunkCount) throw new RangeError(`cannot draw ${samples} of ${chunkCount} locked fragments`);
  const drawn = new Set<number>();
  for (let n = 0; n < samples; n++) {
    const upper = chunkCount - samples + n;
    const candidate = Number(toNumber(keccakWords(seed, n)) % BigInt(upper + 1));
    drawn.add(drawn.has(candidate) ? upper : candidate);
  }
  return [...drawn].sort((a, b) => a - b);
}
