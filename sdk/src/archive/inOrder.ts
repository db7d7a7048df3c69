/**
 * Maps items with several at a time under way, and gives the results in the order of the items. No more than `limit`
 * results exist at once. After an error or an early end, what is under way is awaited before it goes on.
 *
 * @param begin how many are under way at first; each result that is taken doubles it, up to `limit`
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  map: (item: Item) => Promise<Result>,
  begin = limit,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = [];
  let width = begin;
  try {
    for (const item of items) {
      const result = map(item);
      // it is awaited in its turn: a failure before that must not count as unhandled
      result.catch(() => undefined);
      underWay.push(result);
      if (underWay.length < width) continue;
      yield await underWay.shift()!;
      width = Math.min(2 * width, limit);
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
