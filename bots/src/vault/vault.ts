import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { openEnvelope } from "@busker/sdk/crypto/envelope.ts";
import type { EnvelopePlace } from "@busker/sdk/crypto/envelope.ts";
import { deriveMasterKey } from "@busker/sdk/crypto/masterKey.ts";
import { provePossession } from "@busker/sdk/crypto/possession.ts";
import { deriveReleaseKey } from "@busker/sdk/crypto/releaseKey.ts";
import { addressOf } from "@busker/sdk/crypto/secp256k1.ts";
import type { CurvePoint } from "@busker/sdk/crypto/secp256k1.ts";
import { eip712Domain } from "@busker/sdk/protocol/domains.ts";
import type { Domain } from "@busker/sdk/protocol/domains.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import { TERMS_TYPES } from "@busker/sdk/protocol/typedData.ts";
import type { Offer } from "@busker/sdk/protocol/typedData.ts";
import type { SignedOffer } from "@busker/sdk/solicit/messages.ts";
import { signOffer } from "@busker/sdk/solicit/offer.ts";
import type { Wallet } from "ethers";

/** The only holder of the keyholder's keys. What it gives away is meant to leave it, and nothing of it is ever logged. */
export interface Vault {
  /** Address of the wallet. */
  readonly keyholder: string;
  /** Signs transactions. */
  readonly wallet: Wallet;
  /** @returns A, the address of the release key with this nonce. */
  releaseKeyAddress(nonce: bigint): string;
  /** Signs an offer and proves possession of the release key that it names by its nonce. */
  offer(offer: Omit<Offer, "keyholder" | "releaseKey">): Promise<SignedOffer>;
  /** Signs terms. Everything about them must have been checked. */
  signTerms(terms: Terms): Promise<string>;
  /** @throws BuskerError CURVE_POINT_INVALID when the envelope of a slot cannot be opened by any key */
  checkEnvelope(nonce: bigint, place: EnvelopePlace, ephemeral: CurvePoint, envelope: Uint8Array): void;
  /** @returns s, 32 bytes, to be revealed. The caller wipes it. */
  releaseKeyToReveal(nonce: bigint): Uint8Array;
  /** Forgets the master key; release keys can no longer be derived. */
  close(): void;
}

/**
 * Derives the keyholder's master key from its wallet and passphrase, once.
 *
 * @throws BuskerError those of {@link deriveMasterKey}
 */
export async function openVault(wallet: Wallet, domain: Domain, passphrase: string): Promise<Vault> {
  const keyholder = wallet.address;
  const master = await deriveMasterKey(wallet, keyholder, domain, passphrase);
  let isOpen = true;

  function derive(nonce: bigint): Uint8Array {
    if (!isOpen) throw new Error("the vault is closed");
    return deriveReleaseKey(master, nonce);
  }

  function withReleaseKey<T>(nonce: bigint, use: (releaseKey: Uint8Array) => T): T {
    const releaseKey = derive(nonce);
    try {
      return use(releaseKey);
    } finally {
      wipe(releaseKey);
    }
  }

  return {
    keyholder,
    wallet,
    releaseKeyAddress: (nonce) => withReleaseKey(nonce, addressOf),
    async offer(offer) {
      const { possession, releaseKey } = withReleaseKey(offer.nonce, (key) => ({
        possession: provePossession(key, keyholder, domain),
        releaseKey: addressOf(key),
      }));
      return signOffer({ ...offer, keyholder, releaseKey }, possession, wallet, domain);
    },
    signTerms: (terms) => wallet.signTypedData(eip712Domain(domain), TERMS_TYPES, { ...terms }),
    checkEnvelope(nonce, place, ephemeral, envelope) {
      wipe(withReleaseKey(nonce, (key) => openEnvelope(place, key, ephemeral, envelope)));
    },
    releaseKeyToReveal: derive,
    close() {
      isOpen = false;
      wipe(master);
    },
  };
}
