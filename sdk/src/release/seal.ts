import { hexlify } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";
import { equal, fromHex, wipe } from "../crypto/bytes.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { sealEnvelopes } from "../crypto/envelope.ts";
import { dealGroupKey, type DealtGroup } from "../crypto/groupKey.ts";
import { wrapContentKey } from "../crypto/wrap.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { Group, Terms } from "../protocol/terms.ts";
import { releaseIdOf } from "../protocol/typedData.ts";

export interface SealOptions {
  terms: Terms;
  /** K, 32 bytes. It is only read. */
  contentKey: Uint8Array;
  /** Compressed public release keys S in hexadecimal by their addresses, as the proofs of possession gave them. */
  publicKeys: Readonly<Record<string, string>>;
}

/**
 * Splits a fresh group key among each group's slots and puts the sealed shares on chain (Locked → Audit). Artist only.
 * Every call deals anew, so a failed transaction can simply be repeated.
 *
 * @throws BuskerError CONTENT_KEY_WRONG for another key than the terms name, NO_PUBLIC_KEY when a slot's release key was never proven, or with the contract's reason
 */
export async function seal(client: Client, { terms, contentKey, publicKeys }: SealOptions): Promise<void> {
  if (!equal(keyHashOf(contentKey), fromHex(terms.keyHash, 32))) {
    throw new BuskerError("CONTENT_KEY_WRONG", "This is not the content key that the terms name", {
      hint: "Use the key of the archive that was packed for these terms; any other would cost the artist bond.",
    });
  }
  const releaseId = releaseIdOf(terms, client.domain);
  const keys = terms.groups.map((group) => publicKeysOf(group, publicKeys));
  const dealt: DealtGroup[] = [];
  try {
    for (const group of terms.groups) dealt.push(await dealGroupKey(group.threshold, group.slots.length));
    const sealed = sealEnvelopes(
      client.domain,
      releaseId,
      dealt.map(({ shares }, g) => shares.map((share, i) => ({ share, publicKey: keys[g]![i]! }))),
    );
    const wraps = dealt.map(({ groupKey }, g) => wrapContentKey(releaseId, g, groupKey, contentKey));
    await transact(
      client.contract.seal(
        releaseId,
        hexlify(sealed.ephemeral.x),
        sealed.ephemeral.odd,
        sealed.envelopes.flat().map((envelope) => hexlify(envelope)),
        wraps.map((wrap) => hexlify(wrap)),
      ),
    );
  } finally {
    for (const { groupKey, shares } of dealt) wipe(groupKey, ...shares);
  }
}

function publicKeysOf(group: Group, publicKeys: Readonly<Record<string, string>>): Uint8Array[] {
  return group.slots.map(({ keyholder, releaseKey }) => {
    const key = publicKeys[releaseKey];
    if (key !== undefined) return fromHex(key, 33);
    throw new BuskerError(
      "NO_PUBLIC_KEY",
      `The release key of keyholder ${keyholder} was never proven to the artist`,
      {
        hint: "Ask the keyholder for its offer again; abort and create anew if it does not answer.",
      },
    );
  });
}
