import { auditIndices } from "@busker/sdk/crypto/audit.ts";
import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "@busker/sdk/crypto/chunkKey.ts";
import { chunkLeaf, chunkRootOf, proveChunks } from "@busker/sdk/crypto/chunkTree.ts";
import { keyHashOf, newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { sealEnvelopes } from "@busker/sdk/crypto/envelope.ts";
import { dealGroupKey } from "@busker/sdk/crypto/groupKey.ts";
import { keccak } from "@busker/sdk/crypto/hash.ts";
import { deriveReleaseKey } from "@busker/sdk/crypto/releaseKey.ts";
import { addressOf, publicKeyOf } from "@busker/sdk/crypto/secp256k1.ts";
import { wrapContentKey } from "@busker/sdk/crypto/wrap.ts";
import { eip712Domain } from "@busker/sdk/protocol/domains.ts";
import { releaseIdOf, reportDigest, TERMS_TYPES } from "@busker/sdk/protocol/typedData.ts";
import { SigningKey, ZeroAddress } from "ethers";

import { done, DAY, ETHER } from "./world.ts";

import type { TermsStruct } from "@busker/sdk/chain/generated/Busker.ts";
import type { Domain } from "@busker/sdk/protocol/domains.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Signature } from "ethers";
import type { Actor, World } from "./world.ts";

/** Threshold and number of slots of each group. */
export type Shape = readonly (readonly [threshold: number, slots: number])[];

export interface Wishes {
  readonly shape?: Shape;
  /** What to change in the default terms, before they are signed. */
  readonly terms?: Partial<Omit<Terms, "groups">>;
  /** What to change in the groups. */
  readonly groups?: (groups: Terms["groups"]) => Terms["groups"];
  /** First nonce of all keyholders: another release needs others. */
  readonly nonce?: bigint;
  /** Groups whose envelopes hold shares of another key. */
  readonly badGroups?: readonly number[];
  /** Slots [group, index] whose envelopes hold rubbish. */
  readonly badSlots?: readonly (readonly [number, number])[];
  /** Fragments for which the chunk tree commits to another key than the content key gives. */
  readonly badKeys?: readonly number[];
}

/** The arguments of `seal`. */
export interface Sealing {
  readonly ephemeralX: string;
  readonly ephemeralOdd: boolean;
  readonly envelopes: string[];
  readonly wraps: string[];
}

/** The arguments of `proveFraud`. */
export interface Leaf {
  readonly index: number;
  readonly chunkKeyHash: string;
  readonly ciphertextHash: string;
  readonly proof: string[];
}

export const CHUNKS = 11;
export const SAMPLES = 4;
export const GOAL = 100n * ETHER;
export const BOND = 5n * ETHER;
export const DEPOSIT = 10n * ETHER;

/** One release as its artist and keyholders hold it, with the secrets of all of them. */
export class Release {
  readonly world: World;
  readonly terms: Terms;
  readonly id: string;
  readonly contentKey: string;
  readonly releaseKeys: readonly (readonly string[])[];
  readonly holders: readonly (readonly Actor[])[];
  readonly #salt: Uint8Array;
  readonly #wishes: Wishes;
  readonly #ciphertextHashes: readonly Uint8Array[];

  private constructor(world: World, wishes: Wishes, now: number) {
    const contentKey = newContentKey();
    const salt = newArchiveSalt();
    const count = wishes.terms?.chunkCount ?? CHUNKS;
    const hashes = Array.from({ length: count }, (_, j) => keccak(contentKey, Uint8Array.of(j)));
    const leaves = hashes.map((hash, j) =>
      chunkLeaf(j, chunkKeyHash(committedKey(contentKey, salt, j, wishes)), hash),
    );
    let next = 0;
    const nonce = wishes.nonce ?? 0n;
    const shape = wishes.shape ?? [[3, 5]];
    const holders = shape.map(([, slots]) => Array.from({ length: slots }, () => world.keyholder(next++)));
    const keys = holders.map((group) =>
      group.map(({ address }) => deriveReleaseKey(keccak(fromHex(address)), nonce)),
    );
    const groups = shape.map(([threshold], g) => ({
      threshold,
      slots: holders[g]!.map(({ address }, i) => ({
        keyholder: address,
        releaseKey: addressOf(keys[g]![i]!),
        nonce,
        deposit: DEPOSIT,
      })),
    }));
    this.world = world;
    this.#wishes = wishes;
    this.#salt = salt;
    this.#ciphertextHashes = hashes;
    this.contentKey = toHex(contentKey);
    this.releaseKeys = keys.map((group) => group.map(toHex));
    this.holders = holders;
    this.terms = {
      artist: world.artist.address,
      currency: ZeroAddress,
      goal: GOAL,
      minPledge: ETHER,
      artistBond: BOND,
      feeFloor: BOND,
      feeBps: 500,
      reputationBps: 2000,
      auditSamples: SAMPLES,
      deadlinePolicy: 0,
      createBy: now + DAY,
      deadline: now + 30 * DAY,
      keyHash: toHex(keyHashOf(contentKey)),
      archiveSalt: toHex(salt),
      archiveRoot: toHex(keccak(salt)),
      chunkRoot: toHex(chunkRootOf(leaves)),
      chunkCount: count,
      ...wishes.terms,
      groups: wishes.groups ? wishes.groups(groups) : groups,
    };
    this.id = releaseIdOf(this.terms, world.domain);
  }

  static async prepare(world: World, wishes: Wishes = {}): Promise<Release> {
    return new Release(world, wishes, await world.now());
  }

  /** The terms as the contract's types have them. */
  get struct(): TermsStruct {
    return this.terms as unknown as TermsStruct;
  }

  /** One signature per slot, over these terms in this domain. */
  async signatures(domain: Domain = this.world.domain): Promise<string[]> {
    const signers = this.holders.flat();
    return Promise.all(
      signers.map(({ wallet }) => wallet.signTypedData(eip712Domain(domain), TERMS_TYPES, this.terms)),
    );
  }

  /** Deals every group's key to its slots, anew each time. */
  async deal(): Promise<Sealing> {
    const wraps: string[] = [];
    const groups = [];
    for (const [g, group] of this.releaseKeys.entries()) {
      const { groupKey, shares } = await dealGroupKey(this.terms.groups[g]!.threshold, group.length);
      const wrapped = this.#wishes.badGroups?.includes(g) ? keccak(groupKey) : groupKey;
      wraps.push(toHex(wrapContentKey(this.id, g, wrapped, fromHex(this.contentKey))));
      groups.push(
        group.map((key, i) => {
          const bad = this.#wishes.badSlots?.some(([h, n]) => h === g && n === i);
          return { publicKey: publicKeyOf(fromHex(key)), share: bad ? keccak(shares[i]!) : shares[i]! };
        }),
      );
    }
    const { ephemeral, envelopes } = sealEnvelopes(this.world.domain, this.id, groups);
    return {
      ephemeralX: toHex(ephemeral.x),
      ephemeralOdd: ephemeral.odd,
      envelopes: envelopes.flat().map(toHex),
      wraps,
    };
  }

  /** The arguments of `openAudit` for these fragments. */
  opening(indices: readonly number[]): { keys: string[]; hashes: string[]; proof: string[] } {
    const leafOf = (j: number) => chunkLeaf(j, chunkKeyHash(this.#chunkKey(j)), this.#ciphertextHashes[j]!);
    const leaves = this.#ciphertextHashes.map((_, j) => leafOf(j));
    return {
      keys: indices.map((j) => toHex(this.#chunkKey(j))),
      hashes: indices.map((j) => toHex(this.#ciphertextHashes[j]!)),
      proof: indices.length === 0 ? [] : proveChunks(leaves, indices).map(toHex),
    };
  }

  /** What the chunk tree commits to for a fragment. */
  leafOf(index: number): Leaf {
    const { keys, hashes, proof } = this.opening([index]);
    const chunkKeyHashOf = toHex(chunkKeyHash(fromHex(keys[0]!)));
    return { index, chunkKeyHash: chunkKeyHashOf, ciphertextHash: hashes[0]!, proof };
  }

  #chunkKey(j: number): Uint8Array {
    return committedKey(fromHex(this.contentKey), this.#salt, j, this.#wishes);
  }

  // The verbs, as those send them whose turn it is.

  async create() {
    const { artist } = this.world;
    const value = this.terms.currency === ZeroAddress ? this.terms.artistBond : 0n;
    return this.world.as(artist).create(this.struct, await this.signatures(), { value });
  }

  async seal(sealing?: Sealing) {
    const { ephemeralX, ephemeralOdd, envelopes, wraps } = sealing ?? (await this.deal());
    return this.world.as(this.world.artist).seal(this.id, ephemeralX, ephemeralOdd, envelopes, wraps);
  }

  async draw() {
    return this.world.as(this.world.stranger).drawAudit(this.id);
  }

  async openAudit() {
    const { auditSeed } = await this.world.busker.releaseOf(this.id);
    const indices = auditIndices(fromHex(auditSeed), this.terms.chunkCount, this.terms.auditSamples);
    const { keys, hashes, proof } = this.opening(indices);
    return this.world.as(this.world.artist).openAudit(this.id, keys, hashes, proof);
  }

  async pledge(fan: Actor, amount: bigint, beneficiary = fan) {
    const value = this.terms.currency === ZeroAddress ? amount : 0n;
    return this.world.as(fan).pledge(this.id, amount, beneficiary.address, { value });
  }

  async reveal(group: number, index: number) {
    const key = this.releaseKeys[group]![index]!;
    return this.world.as(this.world.stranger).reveal(this.id, group, index, key);
  }

  /** What a leaked release key signs about itself, here or as if it were elsewhere. */
  signReport(group: number, index: number, payee: string, domain: Domain = this.world.domain): Signature {
    const digest = reportDigest({ releaseId: this.id, group, index, payee }, domain);
    return new SigningKey(this.releaseKeys[group]![index]!).sign(digest);
  }

  /** Proves that the slot's release key is known to somebody who wants `payee` to be paid. */
  async report(group: number, index: number, payee: string = this.world.stranger.address) {
    const { serialized } = this.signReport(group, index, payee);
    return this.world.as(this.world.stranger).report(this.id, group, index, payee, serialized);
  }

  async reportAbsence(group: number, reporter = this.world.stranger) {
    return this.world.as(reporter).reportAbsence(this.id, group);
  }

  async proveFraud(index: number, prover = this.world.stranger) {
    const { chunkKeyHash: keyHash, ciphertextHash, proof } = this.leafOf(index);
    return this.world.as(prover).proveFraud(this.id, index, keyHash, ciphertextHash, proof);
  }

  // The states, each from the one before it.

  async toLocked(): Promise<this> {
    await done(this.create());
    return this;
  }

  async toAudit(): Promise<this> {
    await this.toLocked();
    await done(this.seal());
    return this;
  }

  async toDrawn(): Promise<this> {
    await this.toAudit();
    await this.world.mine(this.world.parameters.drawDelay);
    await done(this.draw());
    return this;
  }

  async toOpen(): Promise<this> {
    await this.toDrawn();
    await done(this.openAudit());
    return this;
  }

  async toFunded(): Promise<this> {
    await this.toOpen();
    if (this.terms.goal === 0n) return this;
    const half = this.terms.goal / 2n;
    await done(this.pledge(this.world.fan(0), half));
    await done(this.pledge(this.world.fan(1), this.terms.goal - half));
    return this;
  }

  /** Unlocked by the first slots of group 0, in their window. */
  async toUnlocked(): Promise<this> {
    await this.toFunded();
    await this.world.at((await this.startOf(0)) + 1);
    for (let i = 0; i < this.terms.groups[0]!.threshold; i++) await done(this.reveal(0, i));
    return this;
  }

  async toSettled(): Promise<this> {
    await this.toUnlocked();
    await this.world.at((await this.unlockedAt()) + this.world.parameters.disputePeriod);
    await done(this.world.as(this.world.stranger).finalize(this.id));
    return this;
  }

  /** Failed, since nobody revealed in any window. */
  async toUndelivered(): Promise<this> {
    await this.toFunded();
    await this.giveUp();
    return this;
  }

  /** Fails a funded release as soon as it can be. */
  async giveUp(): Promise<void> {
    const { windowEndsAt } = await this.world.busker.groupOf(this.id, this.terms.groups.length - 1);
    await this.world.at(Number(windowEndsAt) + this.world.parameters.failDelay);
    await done(this.world.as(this.world.stranger).fail(this.id));
  }

  async startOf(group: number): Promise<number> {
    return Number((await this.world.busker.groupOf(this.id, group)).startsAt);
  }

  async unlockedAt(): Promise<number> {
    return Number((await this.world.busker.releaseOf(this.id)).unlockedAt);
  }

  /** Time of entering the present state. */
  async since(): Promise<number> {
    return Number((await this.world.busker.releaseOf(this.id)).since);
  }

  async state(): Promise<number> {
    return Number(await this.world.busker.stateOf(this.id));
  }
}

function committedKey(contentKey: Uint8Array, salt: Uint8Array, j: number, { badKeys }: Wishes): Uint8Array {
  const key = chunkKey(contentKey, salt, j);
  return badKeys?.includes(j) ? keccak(key) : key;
}
