/** Prints a line for the process that started this one. */
export function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Waits until the process that started this one closes its input. */
export async function untilTold(): Promise<void> {
  for await (const _ of process.stdin);
}

/** Waits until it is told to end, and says how much memory it took at most. */
export async function reportMemory(): Promise<void> {
  await untilTold();
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 });
}
