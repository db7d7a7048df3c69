// a fixed locale: the order must not depend on the machine's settings
const collator = new Intl.Collator("en", { numeric: true });

/**
 * Compares paths as people count: "2" before "10". Part by part, with numbers by value; ties are broken by code units, so the order
 * is always the same.
 */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let depth = 0; depth < Math.min(left.length, right.length); depth++) {
    const order = collator.compare(left[depth]!, right[depth]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : Number(a > b));
}
