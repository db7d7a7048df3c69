import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import type { z } from "zod";

import { BuskerError } from "../protocol/errors.ts";
import { MAX_MESSAGE_BYTES } from "./constants.ts";

/** A libp2p stream as a sequence of length-prefixed, checked JSON messages. */
export interface Frames {
  /**
   * @returns the next message.
   * @throws BuskerError MESSAGE_MALFORMED, MESSAGE_TOO_LARGE, or PEER_GONE when the stream ends before it; the signal's
   * reason when that aborts first.
   */
  read<T>(codec: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  write<T>(codec: z.ZodType<T>, message: T, signal: AbortSignal): Promise<void>;
  /** Ends the stream in order. */
  close(signal: AbortSignal): Promise<void>;
  /** Ends the stream at once. */
  abort(error: Error): void;
}

const LENGTH_PREFIX_BYTES = 8;

export function framesOf(stream: Stream): Frames {
  const framed = lpStream(stream, {
    maxDataLength: MAX_MESSAGE_BYTES,
    maxBufferSize: MAX_MESSAGE_BYTES + LENGTH_PREFIX_BYTES,
  });
  return {
    async read(codec, signal) {
      let bytes: Uint8Array;
      try {
        bytes = (await framed.read({ signal })).subarray();
      } catch (cause) {
        throw readError(cause, signal);
      }
      return parse(codec, bytes);
    },
    async write(codec, message, signal) {
      const bytes = new TextEncoder().encode(JSON.stringify(codec.encode(message)));
      if (bytes.length > MAX_MESSAGE_BYTES) throw tooLarge();
      try {
        await framed.write(bytes, { signal });
      } catch (cause) {
        signal.throwIfAborted();
        throw gone(cause);
      }
    },
    async close(signal) {
      await stream.close({ signal });
    },
    abort(error) {
      stream.abort(error);
    },
  };
}

function parse<T>(codec: z.ZodType<T>, bytes: Uint8Array): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed("it is not JSON", cause);
  }
  const result = codec.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw malformed(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown form"}`, result.error);
}

/** What the other side did wrong comes first: the stream that is torn down for it may abort the signal. */
function readError(cause: unknown, signal: AbortSignal): unknown {
  const name = cause instanceof Error ? cause.name : "";
  if (name === "InvalidDataLengthError" || name === "StreamBufferError") return tooLarge(cause);
  if (name.startsWith("InvalidMessageLength") || name.startsWith("InvalidDataLengthLength"))
    return malformed("its length is not a length", cause);
  if (signal.aborted) return signal.reason;
  return gone(cause);
}

function malformed(reason: string, cause: unknown): BuskerError {
  return new BuskerError(
    "MESSAGE_MALFORMED",
    `The other side sent a message that cannot be read: ${reason}`,
    {
      hint: "It may run another version of Busker: update both, or choose another keyholder.",
      cause,
    },
  );
}

function tooLarge(cause?: unknown): BuskerError {
  return new BuskerError("MESSAGE_TOO_LARGE", `A message is larger than ${MAX_MESSAGE_BYTES} bytes`, {
    hint: "No honest message is: choose another keyholder.",
    cause,
  });
}

function gone(cause: unknown): BuskerError {
  return new BuskerError("PEER_GONE", "The other side ended the connection before it answered", {
    hint: "Ask again; if it happens again, choose another keyholder.",
    cause,
  });
}
