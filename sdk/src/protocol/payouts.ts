import type { FailureName } from "./states.ts";
import { MAX_BPS } from "./limits.ts";
import type { Terms } from "./terms.ts";

/** The terms that decide who gets what. */
export type MoneyTerms = Pick<Terms, "artistBond" | "feeBps" | "feeFloor"> & {
  readonly groups: readonly { readonly slots: { readonly length: number } }[];
};

/** How a release ended. */
export interface Ending {
  readonly outcome: "Settled" | Exclude<FailureName, "None">;
  /** K was published before the goal was met. */
  readonly early?: boolean;
  /** A group was proven badly dealt. An aborted or cancelled release forfeits the bond in any case. */
  readonly bondForfeited?: boolean;
  /** By activated group: the slots that revealed in its window and were not slashed. At least the primary group, if Settled. */
  readonly served?: readonly number[];
}

/** Where the raised money and the bond go; amounts in the currency's smallest unit. Deposits are apart. */
export interface Payouts {
  readonly artist: bigint;
  /** All slots together, the parts for their reputation funds included. */
  readonly keyholders: bigint;
  /** Pledges and damages; of the damages every fan gets its part rounded down. */
  readonly fans: bigint;
  /** Who proved a fraud. */
  readonly prover: bigint;
  readonly burned: bigint;
}

const NOTHING: Payouts = { artist: 0n, keyholders: 0n, fans: 0n, prover: 0n, burned: 0n };

/** What each side gets when a release ends, as contracts/libraries/Payouts.sol rounds it. */
export function payouts(terms: MoneyTerms, raised: bigint, ending: Ending): Payouts {
  const { outcome } = ending;
  if (outcome === "Settled") return settled(terms, raised, ending);
  if (ending.bondForfeited || outcome === "Aborted" || outcome === "Cancelled")
    return { ...NOTHING, ...forfeitedBond(terms), fans: raised };
  if (outcome === "Fraud") return fraud(terms, raised, ending.early ?? false);
  return { ...NOTHING, artist: terms.artistBond, fans: raised };
}

/** What the keyholders of a release share: the part of what was raised or the floor, at most all there is. */
export function feeOf(
  { artistBond, feeBps, feeFloor }: MoneyTerms,
  raised: bigint,
  bondForfeited = false,
): bigint {
  const wanted = larger((raised * BigInt(feeBps)) / BigInt(MAX_BPS), feeFloor);
  return smaller(wanted, raised + (bondForfeited ? 0n : artistBond));
}

/** Fee of one slot that served, and of one in a group that was never activated. */
export function feePerSlot(
  { groups }: MoneyTerms,
  fee: bigint,
  activated: number,
): { serving: bigint; standby: bigint } {
  const active = slotCount(groups.slice(0, activated));
  const waiting = slotCount(groups.slice(activated));
  if (waiting === 0n) return { serving: fee / active, standby: 0n };
  const serving = (fee * 70n) / 100n;
  return { serving: serving / active, standby: (fee - serving) / waiting };
}

function settled(terms: MoneyTerms, raised: bigint, ending: Ending): Payouts {
  const { early = false, bondForfeited = false, served = [] } = ending;
  const fee = feeOf(terms, raised, bondForfeited);
  if (early) return { ...NOTHING, artist: raised + terms.artistBond - fee, burned: fee };
  const { serving, standby } = feePerSlot(terms, fee, served.length);
  const waiting = slotCount(terms.groups.slice(served.length));
  const paid = serving * BigInt(served.reduce((sum, count) => sum + count, 0)) + standby * waiting;
  if (!bondForfeited) return { ...NOTHING, artist: raised + terms.artistBond - paid, keyholders: paid };
  const { keyholders, burned } = forfeitedBond(terms);
  return { ...NOTHING, artist: raised - paid, keyholders: paid + keyholders, burned };
}

/** Half of it is burned with what does not divide, half goes to all slots alike. */
function forfeitedBond({ artistBond, groups }: MoneyTerms): { keyholders: bigint; burned: bigint } {
  const slots = slotCount(groups);
  const keyholders = (artistBond / 2n / slots) * slots;
  return { keyholders, burned: artistBond - keyholders };
}

/** The floor goes to the slots, who did their part; of the rest of the bond half to the prover, half to the fans. */
function fraud({ artistBond, feeFloor, groups }: MoneyTerms, raised: bigint, early: boolean): Payouts {
  const slots = slotCount(groups);
  const keyholders = early ? 0n : (feeFloor / slots) * slots;
  const prover = (artistBond - feeFloor) / 2n;
  const damages = artistBond - feeFloor - prover;
  const burned = feeFloor - keyholders;
  if (raised === 0n) return { ...NOTHING, keyholders, prover, burned: burned + damages };
  return { ...NOTHING, keyholders, prover, fans: raised + damages, burned };
}

function slotCount(groups: MoneyTerms["groups"]): bigint {
  return BigInt(groups.reduce((sum, { slots }) => sum + slots.length, 0));
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
