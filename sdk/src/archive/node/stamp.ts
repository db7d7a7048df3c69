import { constants } from "node:fs";
import type { BigIntStats } from "node:fs";

/** A link or a pipe may have taken a file's place since it was listed: neither is followed, nor waited for. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @returns what differs once a file was written to or replaced. */
export function stampOf({ dev, ino, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${mtimeNs}`;
}
