import { absencePenalty } from "@busker/sdk/protocol/penalties.ts";

import type { FinalizedClock, Periods, ReleaseView } from "./view.ts";

/** What anyone may do: the configuration can leave each of them to others. */
export type StepKind =
  | "drawAudit"
  | "abort"
  | "expire"
  | "unlock"
  | "proveBadDealing"
  | "fail"
  | "reportAbsence"
  | "finalize"
  | "closeSlots";

export type DutyKind = "checkShare" | "reveal" | StepKind;

/** One thing to do for one release, and when. */
export interface Duty {
  kind: DutyKind;
  releaseId: string;
  /** The slot that acts or is checked; only the group where a step is about the whole of it. */
  group?: number;
  index?: number;
  /** What is revealed of the group: with more of it, a step that looks for shares is worth another try. */
  revealed?: number;
  /** What it earns, in the release's currency, where the fee of its transaction may be more. */
  reward?: { currency: string; amount: bigint };
  /** First finalized chain time (seconds) at which the contract allows it. */
  notBefore: number;
  /** First finalized block at which the contract allows it (0: any). */
  notBeforeBlock: number;
  /** Time from which it comes too late to be paid; null: none. */
  deadline: number | null;
  /** Time from which the contract refuses it; null: none. */
  lapsesAt: number | null;
  /** Last block at which the contract allows it; null: none. */
  deadlineBlock: number | null;
  /** 0 acts at once; others wait their turn, for anyone may do this step. */
  rank: number;
}

/** Blocks for which EIP-2935 keeps the hash that the audit is drawn from. */
export const DRAW_HASH_KEPT_BLOCKS = 8191;

/**
 * Everything that this keyholder has to do, or may do in its own interest, for one release, as far as it can be
 * foreseen from its present state; nothing that is done already.
 *
 * @param view the release at the finalized block
 * @param periods the contract's parameters
 * @param isShareChecked whether the envelope of a slot was already opened and checked by this process
 */
export function foreseeDuties(
  view: ReleaseView,
  periods: Periods,
  isShareChecked: (group: number, index: number) => boolean = () => true,
): Duty[] {
  if (view.own.length === 0) return [];
  const shared = { releaseId: view.releaseId, rank: Math.min(...view.own.map((slot) => slot.rank)) };
  const anyone = (kind: DutyKind, notBefore: number): Duty => ({
    ...shared,
    kind,
    notBefore,
    notBeforeBlock: 0,
    deadline: null,
    lapsesAt: null,
    deadlineBlock: null,
  });

  switch (view.state) {
    case "Locked":
      return [anyone("abort", view.compromised ? 0 : view.since + periods.sealPeriod)];
    case "Audit":
      return [
        ...shareChecks(view, isShareChecked),
        ...(view.drawn || view.drawBlock === 0 ? [] : [drawAudit(view, anyone("drawAudit", 0))]),
        anyone("abort", view.compromised ? 0 : view.since + periods.auditPeriod),
      ];
    case "Open":
      return [
        ...shareChecks(view, isShareChecked),
        ...(view.compromised ? [anyone("abort", 0)] : []),
        anyone("expire", view.deadline),
      ];
    case "Funded":
      return [
        ...shareChecks(view, isShareChecked),
        ...reveals(view),
        ...unlocks(view).map((place) => ({ ...anyone("unlock", 0), ...place })),
        anyone("fail", Math.max(...view.groups.map((group) => group.windowEndsAt)) + periods.failDelay),
      ];
    case "Unlocked":
      return [
        ...reveals(view),
        ...badDealings(view).map((place) => ({ ...anyone("proveBadDealing", 0), ...place })),
        ...absences(view).map((earned) => ({ ...anyone("reportAbsence", 0), ...earned })),
        anyone(
          "finalize",
          view.unlockedAt + (view.early ? periods.earlyDisputePeriod : periods.disputePeriod),
        ),
      ];
    case "Failed":
      if (view.slotsClosed) return [];
      return [
        ...absences(view).map((earned) => ({ ...anyone("reportAbsence", 0), ...earned })),
        anyone("closeSlots", view.since + (view.failedBeforeSeal ? 0 : periods.closeDelay)),
      ];
    case "None":
    case "Settled":
      return [];
  }
}

/** Whether the contract allows the duty at this finalized block, and still does. */
export function isDue(duty: Duty, clock: FinalizedClock): boolean {
  return (
    clock.time >= duty.notBefore &&
    clock.block >= duty.notBeforeBlock &&
    (duty.lapsesAt === null || clock.time < duty.lapsesAt) &&
    (duty.deadlineBlock === null || clock.block <= duty.deadlineBlock)
  );
}

/** The duties that are due now. @see foreseeDuties */
export function dueDuties(
  view: ReleaseView,
  periods: Periods,
  clock: FinalizedClock,
  isShareChecked?: (group: number, index: number) => boolean,
): Duty[] {
  return foreseeDuties(view, periods, isShareChecked).filter((duty) => isDue(duty, clock));
}

/** Whether the keyholder's configuration has it do this. Its own slots are not up for choice. */
export function isWanted({ kind }: Duty, steps: Readonly<Record<StepKind, boolean>>): boolean {
  return kind === "reveal" || kind === "checkShare" || steps[kind];
}

/** Names a duty for logs and for remembering that it is under way. */
export function dutyKey(duty: Duty): string {
  const { kind, releaseId, group, index, revealed } = duty;
  return [kind, releaseId, group ?? "", index ?? "", revealed ?? ""].join(":");
}

function drawAudit(view: ReleaseView, duty: Duty): Duty {
  return {
    ...duty,
    notBeforeBlock: view.drawBlock + 1,
    deadlineBlock: view.drawBlock + DRAW_HASH_KEPT_BLOCKS,
  };
}

function shareChecks(view: ReleaseView, isShareChecked: (group: number, index: number) => boolean): Duty[] {
  return view.own
    .filter((slot) => !isShareChecked(slot.group, slot.index))
    .map(({ group, index }) => ({
      kind: "checkShare",
      releaseId: view.releaseId,
      group,
      index,
      notBefore: 0,
      notBeforeBlock: 0,
      deadline: null,
      lapsesAt: null,
      deadlineBlock: null,
      rank: 0,
    }));
}

function reveals(view: ReleaseView): Duty[] {
  if (view.early) return [];
  const duties: Duty[] = [];
  for (const { group, index } of view.own) {
    const state = view.groups[group];
    // Zero: not funded, as far as the finalized block knows.
    if (state === undefined || state.startsAt === 0 || isSet(state.revealed, index)) continue;
    const isUnlocked = view.state === "Unlocked";
    // A group that had not started when the release was unlocked never does; its keys stay secret.
    if (isUnlocked && group > 0 && state.startsAt > view.unlockedAt) continue;
    duties.push({
      kind: "reveal",
      releaseId: view.releaseId,
      group,
      index,
      notBefore: state.startsAt,
      notBeforeBlock: 0,
      deadline: state.windowEndsAt,
      // While Funded a late key still helps to open the release.
      lapsesAt: isUnlocked ? state.windowEndsAt : null,
      deadlineBlock: null,
      rank: 0,
    });
  }
  return duties;
}

/** Groups with enough revealed keys that did not open the release by themselves. */
function unlocks(view: ReleaseView): { group: number; revealed: number }[] {
  return [...view.groups.entries()]
    .filter(([, { revealed, threshold }]) => count(revealed) >= threshold)
    .map(([group, { revealed }]) => ({ group, revealed }));
}

/**
 * Groups of which some shares may prove bad dealing: the bond that is lost then is shared by all slots. The contract itself held
 * the first threshold of them against the key hash, so it takes more.
 */
function badDealings(view: ReleaseView): { group: number; revealed: number }[] {
  const isPaid = view.own.some(({ group, index }) => !isSet(view.groups[group]?.leaked ?? 0, index));
  if (view.bondForfeited || !isPaid) return [];
  return [...view.groups.entries()]
    .filter(([, { revealed, threshold, bad }]) => !bad && count(revealed) > threshold)
    .map(([group, { revealed }]) => ({ group, revealed }));
}

/** Groups whose absent slots can be reported, none of them this keyholder's, and what that earns at once. */
function absences(view: ReleaseView): Pick<Duty, "group" | "reward">[] {
  const servedUntil = view.unlockedAt === 0 ? view.since : view.unlockedAt;
  return [...view.groups.entries()].flatMap(([number, group]) => {
    const wasNeeded = group.startsAt !== 0 && group.windowEndsAt <= servedUntil;
    const isExcused = group.bad || group.unlocked || count(group.inWindow) >= group.threshold;
    if (!wasNeeded || isExcused || group.absent !== 0) return [];
    const isAbsent = (index: number) => !isSet(group.inWindow | group.leaked, index);
    if (view.own.some((slot) => slot.group === number && isAbsent(slot.index))) return [];
    const amount = group.deposits.reduce(
      (sum, deposit, index) => sum + (isAbsent(index) ? absencePenalty(deposit, 0n).reward : 0n),
      0n,
    );
    return amount === 0n ? [] : [{ group: number, reward: { currency: view.currency, amount } }];
  });
}

function isSet(bitmap: number, index: number): boolean {
  return ((bitmap >>> index) & 1) === 1;
}

function count(bitmap: number): number {
  let set = 0;
  for (let rest = bitmap >>> 0; rest !== 0; rest >>>= 1) set += rest & 1;
  return set;
}
