import { done } from "./world.ts";

import type { Release } from "./release.ts";

/** Reports as many leaked keys of group 0 as its threshold. */
export async function compromise(release: Release): Promise<void> {
  const { threshold } = release.terms.groups[0]!;
  for (let i = 0; i < threshold; i++) await done(release.report(0, i));
}
