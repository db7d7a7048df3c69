/** Bytes of a block, at most. */
export const MAX_BLOCK_SIZE = 2 ** 20;
/** Bytes of plaintext in a fragment, at most: with its tag it fills a block. */
export const MAX_FRAGMENT_SIZE = MAX_BLOCK_SIZE - 16;
/** Bytes of plaintext in a fragment, at least, unless its file has fewer: it bounds the blocks of an archive by its size. */
export const MIN_FRAGMENT_SIZE = 16 * 1024;
/** Fragments that a file is cut into, as long as their size stays within the two limits above. */
export const TARGET_FRAGMENTS = 64;
/** Links of an inner node, at most: what IPFS implementations use by default. */
export const MAX_LINKS = 174;
/** Files in an archive, at most: entry names have five digits for the file. */
export const MAX_FILES = 99_999;
/** Fragments in an archive, at most. With 1 MiB each that is 16 TiB, and `key-hashes` then has 512 MiB. */
export const MAX_FRAGMENTS = 2 ** 24;
/** Bytes of release.json, at most. */
export const MAX_MANIFEST_SIZE = 16 * 2 ** 20;
/** Fragments that are read, locked and stored, or fetched and unlocked, at once. */
export const FRAGMENTS_IN_FLIGHT = 8;
/** Part of an audio or video file that is plain when the artist names no ranges, and where it starts. */
export const PREVIEW_SHARE = 0.1;
export const PREVIEW_START = 0.4;
