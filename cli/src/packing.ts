import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { InputFile } from "@busker/sdk/archive/input.ts";
import type { ArchiveLock, Work } from "@busker/sdk/archive/makeManifest.ts";
import { fromHex, toHex, wipe } from "@busker/sdk/crypto/bytes.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { lockKeystore, openKeystore, type Keystore } from "@busker/sdk/crypto/keystore.ts";
import { sealToRecipient } from "@busker/sdk/crypto/recipients.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Context } from "./context.ts";
import { draftFolder, findDraft, KEY_FILE, saveDraft, type Draft } from "./draft.ts";
import { readJson, writeJson } from "./files.ts";

/** What the next run needs to go on with a pack that was interrupted. */
interface PackingFile {
  /** Hash of all that the archive is made of. */
  inputs: string;
  /** K under the artist's passphrase. */
  keystore: Keystore;
  archiveSalt: string;
  /** K sealed to recipients, in base64. */
  sealed: string[];
}

/** What is packed, and for whom. */
export interface PackInputs {
  files: readonly InputFile[];
  work: Work;
  /** Public keys of recipients, 32 bytes in hexadecimal. */
  recipients: readonly string[];
}

/** The keys of an archive that is being packed. The caller wipes the content key. */
export interface Packing {
  lock: ArchiveLock;
  sealed: string[];
  isResumed: boolean;
  /** K under the artist's passphrase. */
  keystore: Keystore;
}

const PACKING_FILE = "packing.json";

/**
 * Takes up a pack of the same inputs that was interrupted, or begins one with a new content key, written before the first block:
 * whatever is packed can always be opened by its artist. One content key never locks two works.
 *
 * @throws BuskerError KEYSTORE_PASSPHRASE_WRONG, RECIPIENT_KEY_INVALID
 */
export async function beginPacking(context: Context, name: string, inputs: PackInputs): Promise<Packing> {
  const file = join(draftFolder(context.home, name), PACKING_FILE);
  const hash = hashOf(inputs);
  const before = await readJson<PackingFile>(file);
  if (before?.inputs === hash) {
    const passphrase = await context.passphrase("Passphrase of the pack that was interrupted");
    const contentKey = await openKeystore(before.keystore, passphrase);
    const lock = { contentKey, archiveSalt: fromHex(before.archiveSalt, 32) };
    return { lock, sealed: before.sealed, isResumed: true, keystore: before.keystore };
  }
  const passphrase = await context.passphrase("New passphrase for the content key", true);
  const lock = { contentKey: newContentKey(), archiveSalt: newArchiveSalt() };
  try {
    const sealed = inputs.recipients.map((key) =>
      Buffer.from(sealToRecipient(lock.contentKey, fromHex(key, 32))).toString("base64"),
    );
    const keystore = await lockKeystore(lock.contentKey, passphrase);
    const packing: PackingFile = { inputs: hash, keystore, archiveSalt: toHex(lock.archiveSalt), sealed };
    await writeJson(file, packing);
    return { lock, sealed, isResumed: false, keystore };
  } catch (error) {
    wipe(lock.contentKey);
    throw error;
  }
}

/**
 * Makes a draft of the archive that is packed now, with its key. What is interrupted here is done again by the same command.
 *
 * @param before the draft that this one takes the place of
 * @throws BuskerError PACKED_TWICE when another command has packed the same name meanwhile, with another key
 */
export async function endPacking(
  home: string,
  draft: Draft,
  { keystore }: Packing,
  before: Draft | null,
): Promise<void> {
  const folder = draftFolder(home, draft.name);
  const [packing, now] = await Promise.all([
    readJson<PackingFile>(join(folder, PACKING_FILE)),
    findDraft(home, draft.name),
  ]);
  // Another command went on with the same pack, and has come to its end.
  if (packing === null && now?.archive === draft.archive) return;
  if (packing?.keystore.cipher.text !== keystore.cipher.text || now?.archive !== before?.archive)
    throw packedTwice(draft.name);
  await writeJson(join(folder, KEY_FILE), keystore);
  await saveDraft(home, draft);
  await rm(join(folder, PACKING_FILE), { force: true });
}

function packedTwice(name: string): BuskerError {
  return new BuskerError("PACKED_TWICE", `Another command has packed "${name}" at the same time`, {
    hint: "Wait for it to end, and go on with its draft; or choose another --name.",
  });
}

function hashOf({ files, work, recipients }: PackInputs): string {
  return createHash("sha256")
    .update(JSON.stringify([work, recipients, files]))
    .digest("hex");
}
