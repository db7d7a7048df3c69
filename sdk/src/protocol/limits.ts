/** Groups in a release, at most. */
export const MAX_GROUPS = 4;
/** Slots in a group, at most. */
export const MAX_SLOTS = 32;
/** Reveals that open a group, at least: with one, a single keyholder could read the work. */
export const MIN_THRESHOLD = 2;
/** Basis points in a whole. */
export const MAX_BPS = 10_000;
/** Largest amount of money (uint104), in the smallest unit of the currency. */
export const MAX_AMOUNT = (1n << 104n) - 1n;
/** Largest time (uint40), in seconds since 1970. */
export const MAX_TIME = 2 ** 40 - 1;
/** Largest number of locked fragments (uint32). */
export const MAX_CHUNKS = 2 ** 32 - 1;
/** Most chunk keys that an audit can draw (uint8). */
export const MAX_AUDIT_SAMPLES = 255;
