import { scene } from "./scenes.ts";

import type { Shape, Wishes } from "./release.ts";

export const TWO_GROUPS: Shape = [
  [2, 3],
  [3, 5],
];

/** A funded release with this dealing in the window of group 0, nothing revealed yet. */
export function dealt(wishes: Wishes = {}) {
  return scene(async (release) => {
    await release.toFunded();
    await release.world.at((await release.startOf(0)) + 1);
    await release.world.mine(1);
  }, wishes);
}
