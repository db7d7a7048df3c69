import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from "@libp2p/crypto/keys";
import { BuskerError } from "../protocol/errors.ts";
import { storeError } from "./errors.ts";
import type { PrivateKey } from "@libp2p/interface";

/**
 * Gives a directory its peer identity: made once, the same ever after, even when two processes ask first at once. It
 * names a node in the network and guards no money.
 *
 * @throws {BuskerError} IDENTITY_UNREADABLE, STORE_FULL, STORE_UNUSABLE
 */
export async function peerIdentity(directory: string): Promise<PrivateKey> {
  const path = join(directory, "peer-key");
  const stored = await read(path);
  if (stored !== null) return stored;
  const key = await generateKeyPair("Ed25519");
  const temporary = `${path}.${process.pid}.part`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(temporary, privateKeyToProtobuf(key), { mode: 0o600 });
    await link(temporary, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return (await read(path)) ?? key;
    throw storeError(directory, "keep the peer identity", error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function read(path: string): Promise<PrivateKey | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw storeError(path, "read the peer identity", error);
  }
  try {
    return privateKeyFromProtobuf(bytes);
  } catch (cause) {
    throw new BuskerError("IDENTITY_UNREADABLE", `The node cannot start: ${path} is no peer identity.`, {
      hint: "Restore the file from a backup, or remove it: the node then gets a new identity.",
      cause,
    });
  }
}
