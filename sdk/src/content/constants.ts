/** Blocks that a pin has in flight at once. */
export const PIN_CONCURRENCY = 24;
/** Inner nodes that a walk of stored blocks reads at once. */
export const WALK_CONCURRENCY = 16;
/** How long a fetch goes on without any block arriving before it gives up, in milliseconds. */
export const FETCH_TIMEOUT_MS = 30_000;
/** Pause before peers that did not have a block are asked again, in milliseconds. */
export const FETCH_RETRY_MS = 1_000;
/** How long one peer may keep silent, with requests waiting, before another is asked, in milliseconds. */
export const PEER_SILENCE_MS = 10_000;
/** How often a peer with requests waiting is looked after, in milliseconds. */
export const PEER_WATCH_MS = 500;
/** Time to send or receive one bitswap message of several blocks over a slow line, in milliseconds. */
export const MESSAGE_TIMEOUT_MS = 120_000;
/** How soon after a bitswap answer the same peer is not sent the same block again, in milliseconds. */
export const RESEND_WINDOW_MS = 2_000;
/** Time to open a connection to a peer, in milliseconds. */
export const DIAL_TIMEOUT_MS = 10_000;
/** Addresses of other nodes that are called again when nobody connected has a block. */
export const KNOWN_ADDRESSES = 64;
/** Blocks younger than this are never collected, in seconds. */
export const COLLECT_GRACE_SECONDS = 3_600;
/** Connections from one host that a node takes in a second. */
export const INBOUND_PER_SECOND = 64;
/** Bytes that may have arrived on a stream of blocks and not been taken up yet: all that a pin has in flight. */
export const BLOCK_STREAM_BUFFER_BYTES = 32 * 2 ** 20;
/** Largest block that is taken from anybody: what other IPFS nodes take, too. */
export const MAX_BLOCK_BYTES = 2 * 2 ** 20;
/** Blocks of a CAR stream that are read or hashed ahead of the one that is handed on. */
export const CAR_BLOCKS_AHEAD = 8;
/** Times of files lag behind the clock by up to a tick of the kernel, in milliseconds. */
export const CLOCK_LAG_MS = 100;
/** How soon a file that is relied on is not noted as such again, in milliseconds: less than CLOCK_LAG_MS. */
export const TOUCH_AGAIN_MS = 20;
/** How long a collection may have a file in its hands before others take it for dead, in milliseconds. */
export const ASIDE_MS = 60_000;
