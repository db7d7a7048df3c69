import { BuskerError } from "@busker/sdk/protocol/errors.ts";

const UNITS: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Ten years: no time of the protocol is longer, and a chain's clock does not stand every jump. */
const LONGEST_SECONDS = 3650 * 86_400;

/** Seconds in "90s", "30min", "48h" or "30d". */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(s|min|h|d)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ""];
  if (match === null || unit === undefined) {
    throw new BuskerError("BAD_DURATION", `"${text}" is not a length of time`, {
      hint: "Write a whole number and a unit: 90s, 30min, 48h or 30d.",
    });
  }
  const seconds = Number(match[1]) * unit;
  if (seconds <= LONGEST_SECONDS) return seconds;
  throw new BuskerError("BAD_DURATION", `${text} is longer than ten years`, {
    hint: "Write a shorter time.",
  });
}

/** A length of time for people: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "min"],
    [whole % 60, "s"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.length === 0 ? "0 s" : shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** A time of the chain for people. */
export function formatDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", " UTC").replace("T", " ");
}

/** What this machine's clock shows once so many seconds have passed. */
export function formatHere(seconds: number): string {
  // The Swedish way of writing dates is the international one.
  return new Date(Date.now() + seconds * 1000).toLocaleString("sv-SE", { timeZoneName: "short" });
}
