/**
 * Puts ranges in order and joins those that overlap, touch, or are at most `gap` apart.
 *
 * @returns new ranges, ascending; empty ones are left out
 */
export function joinRanges(
  ranges: Iterable<readonly [from: number, to: number]>,
  gap = 0,
): [from: number, to: number][] {
  const joined: [from: number, to: number][] = [];
  const filled = [...ranges].filter(([from, to]) => from < to);
  for (const [from, to] of filled.sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from - last[1] <= gap) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}
