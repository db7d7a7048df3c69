import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";

const FOLDER = fileURLToPath(new URL("../../ignition/parameters", import.meta.url));

/** The profiles that there are, by name. */
export function profiles(): string[] {
  return readdirSync(FOLDER)
    .map((file) => basename(file, ".json"))
    .sort();
}

/** The file that holds a profile's times, in the form that Ignition reads. */
export function profileFile(profile: string): string {
  return join(FOLDER, `${profile}.json`);
}

/**
 * The times of a profile, as they are in its file: nothing says that they fit together.
 *
 * @throws Error when there is no such profile
 */
export function timesOf(profile: string): Parameters {
  if (!profiles().includes(profile)) {
    throw new Error(`There is no profile "${profile}": there are ${profiles().join(", ")}.`);
  }
  const { Busker } = JSON.parse(readFileSync(profileFile(profile), "utf8")) as {
    Busker: { times: Parameters };
  };
  return Busker.times;
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** A line for each time: its name, its number and, for people, the largest unit in which it is whole. */
export function describeTimes(times: Parameters): string[] {
  const width = Math.max(...Object.keys(times).map((name) => name.length));
  return Object.entries(times).map(([name, value]: [string, number]) => {
    const [unit, seconds] = UNITS.find(([, size]) => value % size === 0)!;
    const words = name === "drawDelay" ? "blocks" : `s = ${value / seconds} ${unit}`;
    return `${name.padEnd(width)}  ${value} ${words}`;
  });
}
