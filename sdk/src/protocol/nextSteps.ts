import type { Parameters } from "./parameters.ts";
import { State } from "./states.ts";
import type { Terms } from "./terms.ts";

/** What the next steps of a release depend on; times in seconds of the chain. */
export interface Standing {
  readonly terms: Terms;
  readonly state: State;
  readonly early: boolean;
  readonly drawn: boolean;
  readonly slotsClosed: boolean;
  readonly raised: bigint;
  readonly createdAt: number;
  readonly since: number;
  readonly fundedAt: number;
  readonly unlockedAt: number;
}

export type Role = "the artist" | "fans" | "anyone" | "keyholders";

/** A verb, who may use it, and when: from `from` on and, unless null, before `until`. */
export interface NextStep {
  readonly who: Role;
  readonly verb: string;
  readonly from: number;
  readonly until: number | null;
}

/**
 * @returns what can be done with a release now or once its time comes, without what is over by `now`. Groups proven bad start
 * their successor earlier than said here.
 */
export function nextSteps(release: Standing, parameters: Parameters, now: number): NextStep[] {
  return stepsOf(release, parameters).filter(({ until }) => until === null || now < until);
}

function stepsOf(release: Standing, parameters: Parameters): NextStep[] {
  const { terms, since, createdAt } = release;
  switch (release.state) {
    case State.None:
    case State.Settled:
      return [];
    case State.Locked:
      return limited("seal", createdAt, createdAt + parameters.sealPeriod);
    case State.Audit:
      return [
        ...(release.drawn ? [] : [step("anyone", "draw the audit", since)]),
        ...limited("open the audit", since, since + parameters.auditPeriod),
      ];
    case State.Open:
      return [
        step("fans", "pledge", since, terms.deadline),
        step("fans", "take pledges back, after notice", since, terms.deadline - parameters.unpledgeFreeze),
        ...(release.raised > 0n ? [step("the artist", "accept what is raised", since, terms.deadline)] : []),
        step("the artist", "cancel", since, terms.deadline),
        step("anyone", "expire it", terms.deadline),
      ];
    case State.Funded:
      return fundedSteps(release, parameters);
    case State.Unlocked:
      return [
        step("anyone", "open the work", since),
        step(
          "anyone",
          "finalize",
          release.unlockedAt + (release.early ? parameters.earlyDisputePeriod : parameters.disputePeriod),
        ),
      ];
    case State.Failed:
      return [
        ...(release.raised > 0n ? [step("fans", "take their refunds", since)] : []),
        ...(release.slotsClosed ? [] : [step("anyone", "close the slots", since + parameters.closeDelay)]),
      ];
  }
}

function fundedSteps({ terms, fundedAt }: Standing, parameters: Parameters): NextStep[] {
  const start = (group: number): number =>
    fundedAt + parameters.finalityDelay + group * parameters.revealWindow;
  return [
    step("the artist", "publish the key by hand", fundedAt),
    ...terms.groups.map((_, group) =>
      step("keyholders", `reveal in group ${group}`, start(group), start(group + 1)),
    ),
    step("anyone", "fail it", start(terms.groups.length) + parameters.failDelay),
  ];
}

function limited(verb: string, from: number, limit: number): NextStep[] {
  return [step("the artist", verb, from, limit), step("anyone", "abort it", limit)];
}

function step(who: Role, verb: string, from: number, until: number | null = null): NextStep {
  return { who, verb, from, until };
}
