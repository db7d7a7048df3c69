import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Money is in units of the goal. */
export interface Slot {
  deposit: number;
  /** The keyholder's reputation fund in the release's currency. */
  fund: number;
}

/**
 * In turn: whoever hands over its key last has all others and gave none away, so nobody can report it. At once (by a trusted third
 * party): all have all keys, and a betrayer reports its own too, before others do, which saves half of its deposit. Shares: members
 * decrypt their envelopes and exchange what was in them; nothing of that can be reported.
 */
export type Exchange = "in turn" | "at once" | "shares";

export interface Coalition {
  /** The slots of each operator. An operator does not report its own. */
  operators: readonly (readonly Slot[])[];
  exchange: Exchange;
  /** What one unit is worth today that is paid when a slashed keyholder could have cashed out. */
  delayed: number;
}

export interface Game {
  coalition: Coalition;
  /** What the opened work brings. */
  worth: number;
  /** Members believe in a worth up to this part below or above it. */
  spread: number;
}

/** What an operator gains by reporting all others, or 0 where reporting costs it more than it brings. */
export function temptation({ operators, exchange, delayed }: Coalition, operator: number): number {
  if (exchange === "shares") return 0;
  const half = ({ deposit, fund }: Slot): number => (deposit + delayed * fund) / 2;
  const lost = ({ deposit, fund }: Slot): number => deposit + fund;
  const others = operators.filter((_, i) => i !== operator).flat();
  const own = operators[operator]!;
  const cost = exchange === "in turn" ? 0 : sum(own.map(lost)) - sum(own.map(half));
  return Math.max(0, sum(others.map(half)) - cost);
}

/**
 * One coalition of rational members, by best responses. They begin with parts of the worth drawn at random. Again and again one who
 * would gain more by reporting asks for more; the others, who would lose everything, give what they can without becoming
 * dissatisfied themselves. Who still gains more by reporting, reports.
 *
 * @returns whether they open the work; otherwise one has reported the others
 */
export function holds({ coalition, worth, spread }: Game, random: RandomGenerator): boolean {
  const parts = drawParts(coalition.operators.length, random);
  const needs = parts.map((_, i) => {
    const believed = worth * (1 + spread * (2 * uniformFloat64(random) - 1));
    return temptation(coalition, i) / believed;
  });
  for (;;) {
    const asking = parts.findIndex((part, i) => part < needs[i]! - 1e-12);
    if (asking === -1) return true;
    for (let i = 0; i < parts.length; i++) {
      const missing = needs[asking]! - parts[asking]!;
      const given = Math.min(missing, Math.max(0, parts[i]! - needs[i]!));
      if (i === asking || missing <= 0) continue;
      parts[i]! -= given;
      parts[asking]! += given;
    }
    if (parts[asking]! < needs[asking]! - 1e-12) return false;
  }
}

const GAMES = 201;
const HALVINGS = 20;

/**
 * The deposit from which most coalitions end in betrayal.
 *
 * @param game the game at a deposit
 * @param limit a deposit above the threshold
 * @returns null when coalitions hold even at the limit
 */
export function findThreshold(game: (deposit: number) => Game, limit: number, seed: number): number | null {
  const mostHold = (deposit: number): boolean => {
    const random = xoroshiro128plus(seed);
    const played = game(deposit);
    let held = 0;
    for (let n = 0; n < GAMES; n++) if (holds(played, random)) held++;
    return 2 * held > GAMES;
  };
  if (mostHold(limit)) return null;
  let [low, high] = [0, limit];
  for (let n = 0; n < HALVINGS; n++) {
    const middle = (low + high) / 2;
    if (mostHold(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** Parts of one, all divisions equally likely. */
function drawParts(count: number, random: RandomGenerator): number[] {
  const weights = Array.from({ length: count }, () => -Math.log(1 - uniformFloat64(random)));
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
