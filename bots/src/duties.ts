import type { FinalizedClock, GroupView, Periods, ReleaseView } from "./view.ts";

export type DutyKind =
  "drawAudit" | "checkShare" | "reveal" | "unlock" | "finalize" | "closeSlots" | "abort" | "expire" | "fail";

/** One thing to do for one release, and when. */
export interface Duty {
  kind: DutyKind;
  releaseId: string;
  /** The slot that acts or is checked; for `unlock` only the group. */
  group?: number;
  index?: number;
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
      return [anyone("abort", view.since + periods.sealPeriod)];
    case "Audit":
      return [
        ...shareChecks(view, isShareChecked),
        ...(view.drawn || view.drawBlock === 0 ? [] : [drawAudit(view, anyone("drawAudit", 0))]),
        anyone("abort", view.since + periods.auditPeriod),
      ];
    case "Open":
      return [...shareChecks(view, isShareChecked), anyone("expire", view.deadline)];
    case "Funded":
      return [
        ...shareChecks(view, isShareChecked),
        ...reveals(view),
        ...unlocks(view).map((group) => ({ ...anyone("unlock", 0), group })),
        anyone("fail", Math.max(...view.groups.map((group) => group.windowEndsAt)) + periods.failDelay),
      ];
    case "Unlocked":
      return [
        ...reveals(view),
        anyone(
          "finalize",
          view.unlockedAt + (view.early ? periods.earlyDisputePeriod : periods.disputePeriod),
        ),
      ];
    case "Failed":
      if (view.slotsClosed) return [];
      return [anyone("closeSlots", view.since + (view.failedBeforeSeal ? 0 : periods.closeDelay))];
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

/** Names a duty for logs and for remembering that it is under way. */
export function dutyKey(duty: Duty): string {
  return [duty.kind, duty.releaseId, duty.group ?? "", duty.index ?? ""].join(":");
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
    if (state === undefined || state.startsAt === 0 || isRevealed(state, index)) continue;
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
function unlocks(view: ReleaseView): number[] {
  return [...view.groups.entries()]
    .filter(([, group]) => countRevealed(group) >= group.threshold)
    .map(([index]) => index);
}

function isRevealed(group: GroupView, index: number): boolean {
  return ((group.revealed >>> index) & 1) === 1;
}

function countRevealed(group: GroupView): number {
  let count = 0;
  for (let index = 0; index < group.size; index++) if (isRevealed(group, index)) count++;
  return count;
}
