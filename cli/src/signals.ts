import { constants } from "node:os";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs work that the first SIGINT or SIGTERM ends early, so that it leaves nothing half done behind; the second ends the process at
 * once. Sets the exit status that a shell expects then.
 */
export async function interruptibly<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const stop = (name: (typeof SIGNALS)[number]): void => {
    forget();
    process.exitCode = 128 + constants.signals[name];
    interrupted.abort(
      new BuskerError("INTERRUPTED", `Interrupted by ${name}.`, {
        hint: "Give the same command again to go on: what was stored stays.",
      }),
    );
  };
  const forget = (): void => SIGNALS.forEach((name) => void process.off(name, stop));
  for (const name of SIGNALS) process.on(name, stop);
  try {
    const result = await work(interrupted.signal);
    process.exitCode = undefined;
    return result;
  } finally {
    forget();
  }
}

/** Resolves on SIGINT, SIGTERM, or when the process that started this one is gone (its IPC channel closes). */
export async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    process.once("disconnect", () => resolve());
  });
  // An open channel would keep the process alive after its work is done.
  if (process.connected) process.disconnect();
}
