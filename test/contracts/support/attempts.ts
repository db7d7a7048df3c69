import { auditIndices } from "@busker/sdk/crypto/audit.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { ZeroAddress } from "ethers";

import { done } from "./world.ts";

import type { Busker } from "@busker/sdk/chain/generated/Busker.ts";
import type { TransactionResponse } from "ethers";
import type { Release, Sealing } from "./release.ts";
import type { Actor } from "./world.ts";

/** The verbs of a release's life, in the order of the contract's enum Verb. */
export const VERBS = [
  "seal",
  "drawAudit",
  "openAudit",
  "abort",
  "pledge",
  "requestUnpledge",
  "unpledge",
  "acceptRaised",
  "cancel",
  "expire",
  "publishKey",
  "reveal",
  "unlock",
  "proveBadDealing",
  "fail",
  "proveFraud",
  "finalize",
  "refund",
  "closeSlots",
  "report",
  "reportAbsence",
  "tip",
] as const;
export type Verb = (typeof VERBS)[number];

/** One way to call a verb. */
export class Attempt {
  readonly #call: { readonly busker: Busker; readonly verb: Verb; readonly args: readonly unknown[] };

  constructor(busker: Busker, verb: Verb, args: readonly unknown[]) {
    this.#call = { busker, verb, args };
  }

  /** Whether it would work now. */
  async works(): Promise<boolean> {
    const { busker, verb, args } = this.#call;
    try {
      await busker.getFunction(verb).staticCall(...(args as []));
      return true;
    } catch {
      return false;
    }
  }

  async send(): Promise<void> {
    const { busker, verb, args } = this.#call;
    await done(busker.getFunction(verb)(...(args as [])) as Promise<TransactionResponse>);
  }
}

interface Faults {
  readonly badGroups: readonly number[];
  readonly badSlots: readonly (readonly [number, number])[];
  readonly badKeys: readonly number[];
}

/** Every way to take a step in a release, by those who may, with what they need. */
export class Attempts {
  readonly #release: Release;
  readonly #faults: Faults;
  #sealing: Sealing | undefined;

  constructor(release: Release, faults: Faults) {
    this.#release = release;
    this.#faults = faults;
  }

  /** Null when nobody has what the verb needs: whether it would work cannot be tried. */
  async of(verb: Verb): Promise<Attempt[] | null> {
    const { world, id, terms } = this.#release;
    const { artist, stranger, fans } = world;
    const by = (actor: Actor, ...args: unknown[]) => new Attempt(world.as(actor), verb, args);
    const value = (amount: bigint) => ({ value: terms.currency === ZeroAddress ? amount : 0n });
    switch (verb) {
      case "seal": {
        this.#sealing ??= await this.#release.deal();
        const { ephemeralX, ephemeralOdd, envelopes, wraps } = this.#sealing;
        return [by(artist, id, ephemeralX, ephemeralOdd, envelopes, wraps)];
      }
      case "openAudit": {
        const { auditSeed } = await world.busker.releaseOf(id);
        const drawn = auditIndices(fromHex(auditSeed), terms.chunkCount, terms.auditSamples);
        const { keys, hashes, proof } = this.#release.opening(drawn);
        return [by(artist, id, keys, hashes, proof)];
      }
      case "pledge": {
        const { goal, raised } = await world.busker.releaseOf(id);
        const rest = goal - raised;
        const amount = rest > terms.minPledge && rest % 2n === 0n ? terms.minPledge : rest;
        return fans.slice(0, 2).map((fan) => by(fan, id, amount, fan.address, value(amount)));
      }
      case "requestUnpledge": {
        const pledged = await this.#fans(({ amount }) => amount > 0n);
        return pledged.map((fan) => by(fan, id));
      }
      case "unpledge": {
        const now = BigInt(await world.now());
        const window = BigInt(world.parameters.unpledgeWindow);
        const able = await this.#fans(
          ({ notice: { maturesAt } }) => maturesAt !== 0n && maturesAt <= now && now < maturesAt + window,
        );
        return able.length === 0 ? null : able.map((fan) => by(fan, id, fan.address));
      }
      case "acceptRaised":
        return [by(artist, id, 0n)];
      case "cancel":
        return [by(artist, id)];
      case "publishKey":
        return [by(stranger, id, this.#release.contentKey)];
      case "reveal":
        return this.#slots().map(([g, i]) => by(stranger, id, g, i, this.#release.releaseKeys[g]![i]!));
      case "report":
        return this.#slots().map(([g, i]) => {
          const { serialized } = this.#release.signReport(g, i, stranger.address);
          return by(stranger, id, g, i, stranger.address, serialized);
        });
      case "unlock": {
        const sets = await this.#subsets(true);
        return sets.length === 0 ? null : sets.map(([g, indices]) => by(stranger, id, g, indices));
      }
      case "proveBadDealing": {
        const sets = await this.#subsets(false);
        return sets.length === 0 ? null : sets.map(([g, indices]) => by(stranger, id, g, indices));
      }
      case "proveFraud": {
        const [bad] = this.#faults.badKeys;
        if (bad === undefined) return null;
        const { index, chunkKeyHash, ciphertextHash, proof } = this.#release.leafOf(bad);
        return [by(stranger, id, index, chunkKeyHash, ciphertextHash, proof)];
      }
      case "refund": {
        const paid = await this.#fans(({ amount, refunded }) => amount > 0n && refunded > 0n);
        if (paid.length > 0) return null;
        return fans.map((fan) => by(fan, id, fan.address));
      }
      case "reportAbsence":
        return terms.groups.map((_, g) => by(stranger, id, g));
      case "tip":
        return [by(stranger, id, 1n, value(1n))];
      case "drawAudit":
      case "abort":
      case "expire":
      case "fail":
      case "finalize":
      case "closeSlots":
        return [by(stranger, id)];
    }
  }

  #slots(): (readonly [group: number, index: number])[] {
    return this.#release.terms.groups.flatMap(({ slots }, g) => slots.map((_, i) => [g, i] as const));
  }

  async #fans(
    wanted: (pledge: Awaited<ReturnType<Busker["pledgeOf"]>>) => boolean,
  ): Promise<readonly Actor[]> {
    const { world, id } = this.#release;
    const pledges = await Promise.all(
      world.fans.map(async ({ address }) => world.busker.pledgeOf(id, address)),
    );
    return world.fans.filter((_, n) => wanted(pledges[n]!));
  }

  /** By group, a threshold of revealed shares that give the content key; or that do not, where that is not yet proven. */
  async #subsets(fit: boolean): Promise<(readonly [group: number, indices: number[]])[]> {
    const { world, id, terms } = this.#release;
    const found: (readonly [number, number[]])[] = [];
    for (const [g, { threshold, slots }] of terms.groups.entries()) {
      const { revealed, bad } = await world.busker.groupOf(id, g);
      if (bad && !fit) continue;
      const indices = slots.map((_, i) => i).filter((i) => (revealed >> BigInt(i)) & 1n);
      const isBad = (i: number) => this.#faults.badSlots.some(([h, n]) => h === g && n === i);
      const good = this.#faults.badGroups.includes(g) ? [] : indices.filter((i) => !isBad(i));
      const others = indices.filter((i) => !good.includes(i));
      const chosen = fit ? good : [...others, ...good];
      if (chosen.length < threshold || (!fit && others.length === 0)) continue;
      found.push([g, chosen.slice(0, threshold).toSorted((a, b) => a - b)]);
    }
    return found;
  }
}
