/** How often the chain is asked for a new finalized block. */
export const DEFAULT_POLL_SECONDS = 4;
/** How long each keyholder waits per place in the order of slots before it does what anyone may do. */
export const DEFAULT_STAGGER_SECONDS = 15;
/** How long an offer stands, in chain time. */
export const DEFAULT_OFFER_SECONDS = 3600;
/** Longest time between signing terms and their end, in chain time: the deposit is spoken for until then. */
export const DEFAULT_MAX_CREATE_SECONDS = 48 * 3600;
/** How long an archive is kept after its release is settled or failed, in chain time. */
export const DEFAULT_KEEP_SECONDS = 14 * 86_400;
/** Pause before a duty that failed is tried again; doubled at each failure. */
export const RETRY_FIRST_MS = 2_000;
/** Longest such pause. */
export const RETRY_LONGEST_MS = 5 * 60_000;
/** Gas added to what a reveal is estimated at: if others reveal first, it becomes the one that unlocks the release. */
export const REVEAL_GAS_RESERVE = 250_000n;
/** How long a transaction may wait for a block before the duty is looked at again. */
export const RECEIPT_TIMEOUT_MS = 180_000;
/** How many times the usual fee a transaction may pay, at most, after it was replaced again and again. */
export const MAX_FEE_FACTOR = 10n;
/** Releases whose state is read at the same time. */
export const CONCURRENT_READS = 16;
/** How long a shutdown may take before the process ends anyway. */
export const SHUTDOWN_MS = 8_000;
/** How often archives that are no longer needed are looked for, and those that are missing. */
export const ARCHIVE_CARE_MS = 60_000;
/** How often blocks that nothing keeps are removed from the disk. */
export const COLLECT_MS = 3_600_000;
/** Finalized blocks that fail to arrive for so many polls, or so many milliseconds if that is longer, make the daemon unhealthy. */
export const UNHEALTHY_POLLS = 10;
export const UNHEALTHY_MS = 60_000;
/** Offers that are open at a time: anybody can ask for one, and asking is free. */
export const MAX_OPEN_OFFERS = 256;
/** How often a transaction that was sent is looked for. */
export const RECEIPT_POLL_MS = 500;
/** How long the endpoint may not know a transaction that it took before that counts as lost. */
export const LOST_AFTER_MS = 6_000;
