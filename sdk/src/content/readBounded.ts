import { concat } from "../crypto/bytes.ts";

/**
 * Reads the body of an answer.
 *
 * @param limit in bytes, counted after any decompression
 * @param onPart called whenever something has arrived
 * @throws RangeError when it is longer; what the connection throws
 */
export async function readBounded(
  response: Response,
  limit: number,
  onPart?: () => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return new Uint8Array();
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return parts.length === 1 ? parts[0]! : concat(...parts);
    onPart?.();
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new RangeError(`the answer is longer than ${limit} bytes`);
    }
    parts.push(value);
  }
}
