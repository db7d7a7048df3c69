import { webCrypto } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

interface Hash {
  update(bytes: Uint8Array): Hash;
  digest(): Uint8Array;
}

interface Runtime {
  readonly process?: {
    getBuiltinModule?: (name: "node:crypto") => { createHash(name: "sha256"): Hash };
  };
  readonly setImmediate?: (callback: () => void) => void;
}

// WebCrypto copies what it hashes, which costs Node more than hashing it on the spot. Browsers have no process.
const { process, setImmediate } = globalThis as Runtime;
const nodeCrypto = process?.getBuiltinModule?.("node:crypto");
/** Bytes after which timers and sockets have their turn, too; a call counts for some of its own. */
const TURN_BYTES = 2 ** 20;
const CALL_BYTES = 4096;
let sinceTurn = 0;

/** @returns the SHA-256 digest, 32 bytes (FIPS 180-4). @throws {BuskerError} WEB_CRYPTO_MISSING */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  if (nodeCrypto === undefined) {
    return new Uint8Array(await webCrypto().subtle.digest("SHA-256", bytes as Bytes));
  }
  const digest = nodeCrypto.createHash("sha256").update(bytes).digest();
  sinceTurn += CALL_BYTES + bytes.length;
  if (sinceTurn >= TURN_BYTES) {
    sinceTurn = 0;
    await new Promise<void>((resolve) => setImmediate?.(resolve));
  }
  return digest;
}
