/** How long an artist's call may be answered, in chain time. */
export const CALL_VALIDITY_SECONDS = 3600;
/** How long the keyholders' signatures over terms work, in chain time. */
export const CREATE_WITHIN_SECONDS = 24 * 3600;
/** How often a step that waits for the chain looks again. */
export const BLOCK_POLL_MS = 500;
/** How long to wait for others to bring a release to a state. */
export const AWAIT_STATE_MS = 120_000;
/** Subsets of revealed shares that are tried, at most, to open a group whose first ones did not. */
export const MAX_UNLOCK_TRIES = 5000;
/** How long a permit for a pledge works, in chain time. */
export const PERMIT_VALIDITY_SECONDS = 3600;
/** Bytes that a job of packing or opening reads, or writes, at most: the largest fragment fits, with all that is around it. */
export const JOB_BYTES = 2 * 2 ** 20;
