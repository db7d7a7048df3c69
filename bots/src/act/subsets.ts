/** Every way to take `size` of `items`, in order, each ascending like `items`. */
export function* subsets<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [position, item] of items.entries()) {
    for (const rest of subsets(items.slice(position + 1), size - 1)) yield [item, ...rest];
  }
}
