/** How long one request to a chain endpoint may take. */
export const RPC_TIMEOUT_MS = 15_000;
/** How often a provider asks for a new block while it waits for a receipt. */
export const POLLING_INTERVAL_MS = 500;
/** Widest range of blocks asked for in one eth_getLogs; halved when an endpoint refuses it. */
export const LOG_RANGE_BLOCKS = 10_000;
/** How long a transaction may wait for its first confirmation. */
export const RECEIPT_TIMEOUT_MS = 180_000;
