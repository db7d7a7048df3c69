import { keccak256 } from "../reference/keccak.ts";
import { abi, hex, number, utf8 } from "../reference/words.ts";
import { hashOf } from "./material.ts";

const DOMAIN = "Busker audit v1";
const SIZES = [
  [1, 0],
  [1, 1],
  [2, 1],
  [5, 5],
  [8, 3],
  [44, 44],
  [45, 44],
  [100, 44],
  [1000, 44],
  [300, 255],
  [2 ** 32 - 1, 44],
] as const;

export function audits(): object {
  return {
    source:
      'seed = keccak256(abi.encode(domain, blockhash, releaseId)); Bentley and Floyd, "A sample of brilliance" ' +
      "(Communications of the ACM, September 1987), written with a list; reference/keccak.ts",
    domainHash: hex(keccak256(utf8(DOMAIN))),
    cases: SIZES.map(([chunkCount, samples], n) => {
      const [blockHash, releaseId] = [hashOf(`block ${n}`), hashOf(`audited release ${n}`)];
      const seed = keccak256(abi(keccak256(utf8(DOMAIN)), blockHash, releaseId));
      return {
        blockHash,
        releaseId,
        seed: hex(seed),
        chunkCount,
        samples,
        indices: draw(seed, chunkCount, samples),
      };
    }),
  };
}

function draw(seed: Uint8Array, chunkCount: number, samples: number): number[] {
  const taken: bigint[] = [];
  for (let n = 0; n < samples; n++) {
    const upper = BigInt(chunkCount - samples + n);
    const t = number(keccak256(abi(seed, n))) % (upper + 1n);
    taken.push(taken.includes(t) ? upper : t);
  }
  return taken.map(Number).sort((a, b) => a - b);
}
