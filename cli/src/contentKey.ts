import { openKeystore } from "@busker/sdk/crypto/keystore.ts";
import type { Context } from "./context.ts";
import { loadKey, type Draft } from "./draft.ts";

/** Opens the content key of a draft with its passphrase. The caller wipes it. */
export async function unlockContentKey(context: Context, draft: Draft): Promise<Uint8Array> {
  const keystore = await loadKey(context.home, draft.name);
  return openKeystore(keystore, await context.passphrase(`Passphrase of the content key of "${draft.name}"`));
}
