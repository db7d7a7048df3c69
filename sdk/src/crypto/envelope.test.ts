import fc from "fast-check";
import { describe, expect, test } from "vitest";

import multiplications from "../../../test/vectors/multiplications.json" with { type: "json" };
import vectors from "../../../test/vectors/envelopes.json" with { type: "json" };
import { DOMAIN_ENVELOPE, DOMAIN_WRAP } from "../protocol/domains.ts";
import { fromHex, toHex } from "./bytes.ts";
import { keyHashOf, newContentKey } from "./contentKey.ts";
import { openEnvelope, sealEnvelopes } from "./envelope.ts";
import { combineShares, dealGroupKey } from "./groupKey.ts";
import { CURVE_ORDER, addressOf, addressOfPublicKey, multipliedAddress, publicKeyOf } from "./secp256k1.ts";
import { randomBytes } from "./webCrypto.ts";
import { unwrapContentKey, wrapContentKey } from "./wrap.ts";

const testDomain = { chainId: 31337n, contract: "0x00000000000000000000000000000000000B05ce" };
const testRelease = toHex(randomBytes(32));

describe("multiplication as ecrecover does it", () => {
  test.each(multiplications.valid)("vector: $scalar times $title", ({ scalar, x, odd, product }) => {
    expect(toHex(multipliedAddress(fromHex(scalar), { x: fromHex(x), odd }))).toBe(product);
  });

  test.each(multiplications.rejected)("vector: $title is refused", ({ title, scalar, x, odd }) => {
    const code = title.startsWith("scalar") ? "PRIVATE_KEY_INVALID" : "CURVE_POINT_INVALID";
    const attempt = () => multipliedAddress(fromHex(scalar), { x: fromHex(x), odd });
    expect(attempt).toThrow(expect.objectContaining({ code }));
    expect(attempt).not.toThrow(scalar.slice(2));
  });

  test("the order of the curve is that of SEC 2", () => {
    expect(CURVE_ORDER).toBe(BigInt(multiplications.order));
  });
});

describe("envelopes", () => {
  test("domains", () => {
    expect([DOMAIN_ENVELOPE, DOMAIN_WRAP]).toEqual([vectors.domains.envelope, vectors.domains.wrap]);
  });

  const sealedSlots = vectors.releases.flatMap((release) =>
    release.slots.map((slot) => ({ ...release, ...slot })),
  );

  test.each(sealedSlots)("vector: chain $chainId, $contract, group $group, slot $index", (vector) => {
    const place = { ...vector, domain: { chainId: BigInt(vector.chainId), contract: vector.contract } };
    const ephemeral = { x: fromHex(vector.ephemeral.x), odd: vector.ephemeral.odd };
    const share = openEnvelope(place, fromHex(vector.releaseKey), ephemeral, fromHex(vector.envelope));
    expect(toHex(share)).toBe(vector.share);
    expect(toHex(publicKeyOf(fromHex(vector.releaseKey)))).toBe(vector.publicKey);
    expect(addressOf(fromHex(vector.releaseKey)).toLowerCase()).toBe(vector.address);
    expect(addressOfPublicKey(fromHex(vector.publicKey)).toLowerCase()).toBe(vector.address);
  });

  test.each(vectors.releases)("vector: wraps of $releaseId", ({ releaseId, contentKey, keyHash, wraps }) => {
    for (const { group, groupKey, wrap } of wraps) {
      expect(toHex(wrapContentKey(releaseId, group, fromHex(groupKey), fromHex(contentKey)))).toBe(wrap);
      const key = unwrapContentKey(releaseId, group, fromHex(groupKey), fromHex(wrap), fromHex(keyHash));
      expect(toHex(key)).toBe(contentKey);
    }
  });

  test("every slot opens its own envelope, and sealing leaves the shares as they were", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (sizes) => {
        const groups = sizes.map((size) => Array.from({ length: size }, () => newSlot()));
        const before = groups.flat().map(({ share }) => toHex(share));
        const { ephemeral, envelopes } = sealEnvelopes(testDomain, testRelease, groups);
        expect(groups.flat().map(({ share }) => toHex(share))).toEqual(before);
        groups.forEach((slots, group) =>
          slots.forEach(({ releaseKey, share }, index) => {
            const envelope = envelopes[group]![index]!;
            expect(
              openEnvelope(
                { domain: testDomain, releaseId: testRelease, group, index },
                releaseKey,
                ephemeral,
                envelope,
              ),
            ).toEqual(share);
          }),
        );
      }),
      { numRuns: 10 },
    );
  });

  test("each sealing has an ephemeral key of its own", () => {
    const groups = [[newSlot()]];
    const points = [1, 2, 3].map(() => toHex(sealEnvelopes(testDomain, testRelease, groups).ephemeral.x));
    expect(new Set(points).size).toBe(3);
  });

  test("a public key that is none is refused", () => {
    const refused = expect.objectContaining({ code: "CURVE_POINT_INVALID" });
    const share = randomBytes(32);
    const offCurve = fromHex(multiplications.rejected.find(({ title }) => title.startsWith("x not on"))!.x);
    for (const publicKey of [
      Uint8Array.of(2, ...offCurve),
      new Uint8Array(33),
      publicKeyOf(randomBytes(32)).slice(1),
    ])
      expect(() => sealEnvelopes(testDomain, testRelease, [[{ publicKey, share }]])).toThrow(refused);
  });

  test("from dealing to K, and everything that does not belong together is found at K", async () => {
    const { contentKey, slots, sealed, wrap } = await sealedRelease();
    const keyHash = keyHashOf(contentKey);
    const open = async (change: Partial<typeof right>) => {
      const given = { ...right, ...change };
      const { domain, releaseId, group, ephemeral, keys } = given;
      const shares = given.indices.map((index, n) => {
        const envelope = given.envelopes[given.taken[n]!]!;
        const place = { domain, releaseId, group, index };
        return { index, share: openEnvelope(place, keys[n]!, ephemeral, envelope) };
      });
      return unwrapContentKey(
        given.wrapRelease,
        given.wrapGroup,
        await combineShares(shares),
        given.wrap,
        given.keyHash,
      );
    };
    const right = {
      domain: testDomain,
      releaseId: testRelease,
      wrapRelease: testRelease,
      group: 1,
      wrapGroup: 1,
      indices: [0, 2],
      taken: [0, 2],
      keys: [slots[0]!.releaseKey, slots[2]!.releaseKey],
      ephemeral: sealed.ephemeral,
      envelopes: sealed.envelopes[1]!,
      wrap,
      keyHash,
    };
    expect(await open({})).toEqual(contentKey);
    const wrongs: Partial<typeof right>[] = [
      { domain: { ...testDomain, chainId: 1n } },
      { domain: { ...testDomain, contract: "0x00000000000000000000000000000000000b05cf" } },
      { releaseId: toHex(randomBytes(32)) },
      { wrapRelease: toHex(randomBytes(32)) },
      { group: 0 },
      { wrapGroup: 0 },
      { indices: [0, 1] },
      { indices: [2, 0] },
      { taken: [0, 1] },
      { keys: [slots[2]!.releaseKey, slots[0]!.releaseKey] },
      { keys: [slots[0]!.releaseKey, randomBytes(32)] },
      { ephemeral: { ...sealed.ephemeral, odd: !sealed.ephemeral.odd } },
      { envelopes: sealed.envelopes[1]!.map((envelope) => envelope.map((byte) => byte ^ 1)) },
      { wrap: randomBytes(32) },
      { keyHash: randomBytes(32) },
    ];
    for (const wrong of wrongs)
      await expect(open(wrong), Object.keys(wrong).join()).rejects.toMatchObject({
        code: "CONTENT_KEY_WRONG",
      });
  });
});

function newSlot() {
  const releaseKey = randomBytes(32);
  return { releaseKey, publicKey: publicKeyOf(releaseKey), share: randomBytes(32) };
}

async function sealedRelease() {
  const contentKey = newContentKey();
  const { groupKey, shares } = await dealGroupKey(2, 3);
  const slots = shares.map((share) => ({ ...newSlot(), share }));
  const sealed = sealEnvelopes(testDomain, testRelease, [[newSlot(), newSlot()], slots]);
  return { contentKey, slots, sealed, wrap: wrapContentKey(testRelease, 1, groupKey, contentKey) };
}
