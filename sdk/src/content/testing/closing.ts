interface Closable {
  close(): Promise<void>;
}

const open = new Set<Closable>();

/** Remembers a store for {@link closeAll}. */
export function closing<Store extends Closable>(store: Store): Store {
  open.add(store);
  return store;
}

/** Closes what a test has opened; to be called before its folder is removed. */
export async function closeAll(): Promise<void> {
  const all = [...open];
  open.clear();
  await Promise.all(all.map(async (store) => store.close()));
}
