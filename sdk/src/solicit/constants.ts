/** Protocol id of asking a keyholder for an offer: one SignedCall, one SignedOffer or Declined. */
export const OFFER_PROTOCOL = "/busker/offer/1";
/** Protocol id of asking a keyholder to sign terms: one SignRequest, then Progress frames, then Signed or Declined. */
export const SIGN_PROTOCOL = "/busker/sign/1";
/** Largest frame in either direction. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
/** How long a keyholder may take to answer a call. */
export const OFFER_TIMEOUT_MS = 10_000;
/** How long a keyholder may take to fetch and check an archive before it signs. */
export const SIGN_TIMEOUT_MS = 30 * 60_000;
/** How long a keyholder that is fetching an archive may say nothing. */
export const SIGN_SILENCE_MS = 60_000;
/** Least time between two Progress frames. */
export const PROGRESS_INTERVAL_MS = 500;
/** How long the requester may take to send its request after opening a stream. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Requests that one peer may make at once, and how fast that allowance comes back. */
export const REQUESTS_PER_PEER = 20;
export const REQUESTS_PER_PEER_PER_MINUTE = 60;
/** Peers whose allowance is remembered; the longest unseen is forgotten first. */
export const REMEMBERED_PEERS = 1_000;
/** Calls that are sent out at the same time. */
export const CONCURRENT_DIALS = 32;
