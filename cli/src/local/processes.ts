import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { STOP_TIMEOUT_MS } from "./constants.ts";

/** Ends a child process: SIGTERM, then SIGKILL when it does not go. Resolves when it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}

/**
 * Waits for the JSON line with `"ready": true` that Busker's own processes print when they can be used.
 *
 * @throws BuskerError PROCESS_NOT_READY with the last lines that the process printed
 */
export async function untilReady<T>(child: ChildProcess, what: string, timeoutMs: number): Promise<T> {
  const lines: string[] = [];
  return new Promise<T>((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(
        new BuskerError("PROCESS_NOT_READY", `${what} ${why}: ${lines.slice(-4).join(" ")}`, {
          hint: "Its log file in the data folder tells more.",
        }),
      );
    };
    const timer = setTimeout(() => fail("did not become ready in time"), timeoutMs);
    const read = (line: string): void => {
      lines.push(line.slice(0, 500));
      if (lines.length > 20) lines.shift();
      const message = parse(line);
      if (message?.["ready"] !== true) return;
      clearTimeout(timer);
      resolve(message as T);
    };
    if (child.stdout !== null) createInterface(child.stdout).on("line", read);
    if (child.stderr !== null) createInterface(child.stderr).on("line", read);
    child.once("exit", (code, signal) => fail(`ended (${signal ?? `exit status ${code}`})`));
    child.once("error", (error) => fail(`could not be started (${error.message})`));
  });
}

function parse(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
