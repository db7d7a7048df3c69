import { AbiCoder, id, keccak256, toBeHex } from "ethers";
import { describe, expect, it } from "vitest";

import { N } from "../../vectors/reference/secp256k1.ts";
import { seedRandomness } from "../support/random.ts";
import { harnessDomain, MANY_CASES, values } from "./harness.ts";
import { publicKey } from "./openssl.ts";
import { sampling } from "./sampling.ts";

seedRandomness("envelopes");

const FIELDS = ["bytes32", "uint256", "address", "bytes32", "uint256", "uint256", "address"];
const SLOTS = 10;

describe("Envelope.pad", MANY_CASES, () => {
  it("agrees with OpenSSL for 10,000 random slots, ten to an ephemeral key", async () => {
    const { bits, below } = sampling("pads");
    const random = () => 1n + (bits(256) % (N - 1n));
    const { chainId, contract } = await harnessDomain();
    const cases: unknown[][] = [];
    const pads: string[] = [];
    while (cases.length < 10_000) {
      const ephemeral = random();
      const { x, y } = publicKey(ephemeral).point;
      const release = toBeHex(bits(256), 32);
      for (let slot = 0; slot < SLOTS; slot++) {
        const [group, index, releaseKey] = [below(4), below(32), random()];
        cases.push([release, group, index, toBeHex(x, 32), y % 2n === 1n, toBeHex(releaseKey, 32)]);
        const shared = publicKey((ephemeral * releaseKey) % N).address;
        const words = [id("Busker envelope v1"), chainId, contract, release, group, index, shared];
        pads.push(keccak256(AbiCoder.defaultAbiCoder().encode(FIELDS, words)));
      }
    }
    const found = await values("pad", cases);
    expect(cases.filter((_, n) => found[n] !== pads[n])).toEqual([]);
    expect(new Set(found).size).toBe(cases.length);
  });
});
