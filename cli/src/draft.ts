import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { SignedTerms } from "@busker/sdk/release/signTerms.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { ArchiveFacts, Offering } from "@busker/sdk/release/offering.ts";
import type { VerifiedOffer } from "@busker/sdk/solicit/askForOffers.ts";
import type { Keystore } from "@busker/sdk/crypto/keystore.ts";
import { readJson, writeJson } from "./files.ts";

/** What an artist keeps of a release between the steps. Nothing secret: the content key has an encrypted file of its own. */
export interface Draft extends ArchiveFacts {
  name: string;
  title: string;
  /** CID of the archive. */
  archive: string;
  /** What was asked of the keyholders, and what they offered. */
  offering?: Offering;
  offers?: VerifiedOffer[];
  /** Terms that all keyholders signed, their signatures, and their public release keys S by address. */
  signed?: SignedTerms;
  releaseId?: string;
}

const DRAFT_FILE = "draft.json";
/** The content key of a draft, under its passphrase. */
export const KEY_FILE = "content-key.json";

export function draftsFolder(home: string): string {
  return join(home, "drafts");
}

/** Everything of one draft. */
export function draftFolder(home: string, name: string): string {
  return join(draftsFolder(home), name);
}

export async function saveDraft(home: string, draft: Draft): Promise<void> {
  await writeJson(join(draftFolder(home, draft.name), DRAFT_FILE), draft);
}

/** @throws BuskerError NO_DRAFT, naming those that there are */
export async function loadDraft(home: string, name: string): Promise<Draft> {
  const draft = await findDraft(home, name);
  if (draft !== null) return draft;
  const names = await listDrafts(home);
  throw new BuskerError("NO_DRAFT", `There is no draft named "${name}" in ${draftsFolder(home)}`, {
    hint: names.length === 0 ? "Make one with `busker pack FOLDER`." : `There are: ${names.join(", ")}.`,
  });
}

export async function findDraft(home: string, name: string): Promise<Draft | null> {
  if (name.includes("/") || name.includes("\\") || name.startsWith(".")) return null;
  return readJson<Draft>(join(draftFolder(home, name), DRAFT_FILE));
}

async function listDrafts(home: string): Promise<string[]> {
  const names = await readdir(draftsFolder(home)).catch(() => []);
  // Packing that failed leaves a folder with a key that belongs to nothing.
  const drafts = await Promise.all(names.map(async (name) => findDraft(home, name)));
  return names.filter((_, n) => drafts[n] !== null);
}

/** @throws BuskerError NO_CONTENT_KEY when the draft's key file is gone */
export async function loadKey(home: string, name: string): Promise<Keystore> {
  const file = join(draftFolder(home, name), KEY_FILE);
  const keystore = await readJson<Keystore>(file);
  if (keystore !== null) return keystore;
  throw new BuskerError("NO_CONTENT_KEY", `The content key of "${name}" is not at ${file}`, {
    hint: "Restore the file from a backup. Without it this archive cannot be released; pack the work again.",
  });
}
