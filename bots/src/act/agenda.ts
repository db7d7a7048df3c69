import { RETRY_FIRST_MS, RETRY_LONGEST_MS } from "../constants.ts";
import { dutyKey } from "../duties.ts";
import type { Duty } from "../duties.ts";
import type { Log } from "../observe/log.ts";
import type { FinalizedClock } from "../view.ts";
import type { Outcome } from "./submit.ts";

/** What is known of a duty that was due at least once. */
interface Entry {
  firstDueMs: number;
  underWay: Promise<void> | null;
  failures: number;
  notBeforeMs: number;
  /** Block in which it was done, by whomever; if it is still due when that block is final, the chain took it back. */
  settledIn: number;
}

export interface Agenda {
  /**
   * Begins every duty whose turn it is and that is neither under way nor done. Never waits for one.
   *
   * @param due all that is due at this finalized block; what is no longer in it is forgotten
   */
  consider(due: readonly Duty[], clock: FinalizedClock): void;
  isShareChecked(releaseId: string, group: number, index: number): boolean;
  /** Number of duties under way. */
  underWay(): number;
  /** Waits for what is under way. Nothing is begun any more. */
  close(): Promise<void>;
}

export interface AgendaOptions {
  perform: (duty: Duty, clock: FinalizedClock) => Promise<Outcome | null>;
  /** Milliseconds to wait per rank before a step that anyone may take. */
  staggerMs: number;
  log: Log;
  /** Milliseconds that only go up. */
  now?: () => number;
}

/** Sees to it that each duty is done once, in its turn, and again only where it failed or the chain took it back. */
export function agenda({ perform, staggerMs, log, now = () => performance.now() }: AgendaOptions): Agenda {
  const entries = new Map<string, Entry>();
  const checkedShares = new Set<string>();
  let isOpen = true;

  async function attempt(duty: Duty, entry: Entry, clock: FinalizedClock): Promise<void> {
    const facts = { duty: duty.kind, releaseId: duty.releaseId, group: duty.group, index: duty.index };
    try {
      const outcome = await perform(duty, clock);
      if (outcome === null) return postpone(entry);
      if (outcome.kind === "early") return;
      if (outcome.kind === "nothing") {
        entry.settledIn = Number.POSITIVE_INFINITY;
        log.debug(facts, "nothing found to do");
        return;
      }
      entry.failures = 0;
      entry.settledIn = outcome.block + 1;
      if (duty.kind === "checkShare") checkedShares.add(slotKey(duty.releaseId, duty.group, duty.index));
      if (outcome.kind === "done")
        log.info({ ...facts, transaction: outcome.transaction, block: outcome.block }, "duty done");
      else log.info({ ...facts, reason: outcome.code }, "nothing left to do");
    } catch (error) {
      postpone(entry);
      log.warn({ ...facts, error, failures: entry.failures }, "duty failed, will be tried again");
    }
  }

  function postpone(entry: Entry): void {
    entry.notBeforeMs = now() + Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** entry.failures);
    entry.failures++;
  }

  function mayBegin(duty: Duty, entry: Entry, clock: FinalizedClock): boolean {
    if (entry.underWay !== null || clock.block < entry.settledIn) return false;
    const at = now();
    return at >= entry.notBeforeMs && at >= entry.firstDueMs + duty.rank * staggerMs;
  }

  return {
    consider(due, clock) {
      if (!isOpen) return;
      const keys = new Set<string>();
      for (const duty of due) {
        const key = dutyKey(duty);
        keys.add(key);
        const entry = entries.get(key) ?? newEntry(now());
        entries.set(key, entry);
        if (!mayBegin(duty, entry, clock)) continue;
        entry.underWay = attempt(duty, entry, clock).finally(() => {
          entry.underWay = null;
        });
      }
      for (const [key, entry] of entries) if (!keys.has(key) && entry.underWay === null) entries.delete(key);
    },
    isShareChecked: (releaseId, group, index) => checkedShares.has(slotKey(releaseId, group, index)),
    underWay: () => [...entries.values()].filter((entry) => entry.underWay !== null).length,
    async close() {
      isOpen = false;
      await Promise.all([...entries.values()].map(async (entry) => entry.underWay));
    },
  };
}

function newEntry(firstDueMs: number): Entry {
  return { firstDueMs, underWay: null, failures: 0, notBeforeMs: 0, settledIn: 0 };
}

function slotKey(releaseId: string, group: number | undefined, index: number | undefined): string {
  return `${releaseId}:${group}:${index}`;
}
