/**
 * Maps items with several at a time under way, and gives the results in the order of the items. No more than `limit`
 * results exist at once. After an error or an early end, what is under way is awaited before it goes on.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const result = map(item);
      // it is awaited in its turn: a failure before that must not count as unhandled
      result.catch(() => undefined);
      underWay.push(result);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
