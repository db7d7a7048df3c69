import { equal, fromHex, wipe } from "@busker/sdk/crypto/bytes.ts";
import { keyHashOf } from "@busker/sdk/crypto/contentKey.ts";
import { openKeystore } from "@busker/sdk/crypto/keystore.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Context } from "./context.ts";
import { loadKey, type Draft } from "./draft.ts";

/**
 * Opens the content key of a draft with its passphrase. The caller wipes it.
 *
 * @throws BuskerError CONTENT_KEY_WRONG when the key file belongs to another archive
 */
export async function unlockContentKey(context: Context, draft: Draft): Promise<Uint8Array> {
  const keystore = await loadKey(context.home, draft.name);
  const contentKey = await openKeystore(
    keystore,
    await context.passphrase(`Passphrase of the content key of "${draft.name}"`),
  );
  if (equal(keyHashOf(contentKey), fromHex(draft.keyHash, 32))) return contentKey;
  wipe(contentKey);
  throw new BuskerError(
    "CONTENT_KEY_WRONG",
    `The content key of "${draft.name}" is not that of its archive`,
    {
      hint: "Restore the key file from a backup, or pack the work again.",
    },
  );
}
