import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { TOUCH_AGAIN_MS } from "../constants.ts";

/** Makes the files of a store look two hours old, so that collections take them. */
export async function age(directory: string): Promise<void> {
  // What a store has relied on just now, it would not note again.
  await setTimeout(TOUCH_AGAIN_MS);
  const blocks = join(directory, "blocks");
  const past = Date.now() / 1000 - 7200;
  for (const name of await readdir(blocks)) await utimes(join(blocks, name), past, past);
}
