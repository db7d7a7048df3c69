/**
 * What the daemon knows of the chain, as plain data: the input of `duties.ts` and `policy.ts`.
 * Times are chain seconds, amounts are in the smallest unit of the currency.
 */

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { StateName } from "@busker/sdk/protocol/states.ts";

/** The deployment parameters that decide when a duty falls due, in seconds. */
export type Periods = Pick<
  Parameters,
  "sealPeriod" | "auditPeriod" | "disputePeriod" | "earlyDisputePeriod" | "closeDelay" | "failDelay"
>;

export interface GroupView {
  threshold: number;
  size: number;
  /** Bit i is set once slot i was revealed … */
  revealed: number;
  /** … while the group's window ran … */
  inWindow: number;
  /** … was proven leaked … */
  leaked: number;
  /** … or was reported absent. */
  absent: number;
  /** Its shares were proven not to give the content key. */
  bad: boolean;
  /** Its shares unlocked the release. */
  unlocked: boolean;
  /** When the group may reveal, and when that is no longer paid; both 0 before Funded. */
  startsAt: number;
  windowEndsAt: number;
  /** What each slot locked. */
  deposits: readonly bigint[];
}

export interface OwnSlot {
  group: number;
  index: number;
  nonce: bigint;
  deposit: bigint;
  /** Position among all slots of the release, group after group: who tries a step of anyone first. */
  rank: number;
}

export interface ReleaseView {
  /** bytes32 as 0x hex. */
  releaseId: string;
  currency: string;
  state: StateName;
  /** When the present state was entered. */
  since: number;
  /** Block whose hash decides the audit; 0 unless it waits for the draw. */
  drawBlock: number;
  drawn: boolean;
  deadline: number;
  /** 0 until Unlocked. */
  unlockedAt: number;
  /** Whether the content key was published before the release was funded. */
  early: boolean;
  /** Failed before it was sealed: deposits return at once. */
  failedBeforeSeal: boolean;
  /** As many keys of one group as open it were proven leaked: it can only end. */
  compromised: boolean;
  bondForfeited: boolean;
  slotsClosed: boolean;
  groups: readonly GroupView[];
  own: readonly OwnSlot[];
}

/** The finalized block: nothing younger decides what the daemon does. */
export interface FinalizedClock {
  block: number;
  time: number;
}
