import type { ServerResponse } from "node:http";

interface SendOptions {
  /** How long the other side may take for one part, in milliseconds. */
  readonly patienceMs: number;
  /** Called with the bytes of every part that was sent. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/**
 * Sends the body of an answer, one part after the other: the next is read when the one before has left this program.
 * Whoever takes too long for a part loses the connection, however steadily bytes trickle.
 *
 * @throws what reading a part throws; the answer is broken off then
 */
export async function sendBody(
  response: ServerResponse,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { patienceMs, onSent }: SendOptions,
): Promise<void> {
  for await (const part of parts) {
    if (part.length === 0) continue;
    await inTime(response, patienceMs, (done) => response.write(part, done));
    if (response.destroyed) return;
    onSent?.(part.length);
  }
  await inTime(response, patienceMs, (done) => response.end(done));
}

/** Does a step of which `done` tells the end, and breaks off when that does not come in time. */
async function inTime(response: ServerResponse, ms: number, step: (done: () => void) => void): Promise<void> {
  if (response.destroyed) return;
  const patience = setTimeout(() => response.destroy(), ms);
  await new Promise<void>((resolve) => {
    response.once("close", resolve);
    step(() => {
      response.off("close", resolve);
      resolve();
    });
  });
  clearTimeout(patience);
}
