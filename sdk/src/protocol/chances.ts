/** Any `threshold` of `slots` keyholders open the work. */
interface GroupSize {
  readonly threshold: number;
  readonly slots: { readonly length: number };
}

/**
 * Chance that an audit of `samples` locked fragments meets no bad one where a fraction of them is bad: (1 − φ)^q. It draws without
 * putting back, so that the chance is a little smaller in truth.
 */
export function auditMissChance(samples: number, badFraction: number): number {
  return (1 - badFraction) ** samples;
}

/**
 * Chance that in at least one group as many slots as open it are of a kind, when each slot is so with the same chance and apart
 * from the others. With the chance that a keyholder is up, it is the chance that the release is delivered; with the part of all
 * keyholders that is one operator's, and members chosen at random, the chance that the operator can open the work alone.
 */
export function anyGroupReaches(groups: readonly GroupSize[], chance: number): number {
  return 1 - groups.reduce((none, group) => none * (1 - groupReaches(group, chance)), 1);
}

/** Tail of the binomial distribution. */
function groupReaches({ threshold, slots }: GroupSize, chance: number): number {
  const size = slots.length;
  let ways = 1;
  let sum = 0;
  for (let count = 0; count <= size; count++) {
    if (count >= threshold) sum += ways * chance ** count * (1 - chance) ** (size - count);
    ways = (ways * (size - count)) / (count + 1);
  }
  return sum;
}
