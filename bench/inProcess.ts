import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A process of its own that runs a file of bench/processes. */
export interface Running {
  /** The next line that it prints, as JSON. */
  next<Line>(): Promise<Line>;
  /** Closes its input, which tells it to end. @returns its peak memory in bytes */
  end(): Promise<number>;
}

/**
 * Starts bench/processes/NAME.ts. It prints lines of JSON, ends when its input does, and calls `reportMemory` last.
 *
 * @throws Error when it fails
 */
export function startProcess(name: string, ...args: readonly string[]): Running {
  const file = fileURLToPath(new URL(`processes/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async <Line>(): Promise<Line> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${name} ended with ${await ended}`);
    return JSON.parse(line.value) as Line;
  };
  return {
    next,
    async end() {
      child.stdin.end();
      const { peakBytes } = await next<{ peakBytes: number }>();
      if ((await ended) !== 0) throw new Error(`${name} failed`);
      return peakBytes;
    },
  };
}

/** Runs bench/processes/NAME.ts to its end. @returns the first line that it prints, and its peak memory in bytes */
export async function runProcess<Line>(
  name: string,
  ...args: readonly string[]
): Promise<Line & { peakBytes: number }> {
  const running = startProcess(name, ...args);
  const line = await running.next<Line>();
  return { ...line, peakBytes: await running.end() };
}
