import type { State } from "./states.ts";

/** The verbs of a release's life, as the contract numbers them (contracts/types/Outlook.sol). */
export const Verb = {
  Seal: 0,
  DrawAudit: 1,
  OpenAudit: 2,
  Abort: 3,
  Pledge: 4,
  RequestUnpledge: 5,
  Unpledge: 6,
  AcceptRaised: 7,
  Cancel: 8,
  Expire: 9,
  PublishKey: 10,
  Reveal: 11,
  Unlock: 12,
  ProveBadDealing: 13,
  Fail: 14,
  ProveFraud: 15,
  Finalize: 16,
  Refund: 17,
  CloseSlots: 18,
  Report: 19,
  ReportAbsence: 20,
  Tip: 21,
} as const;
export type VerbName = keyof typeof Verb;

/** What can be done with a release now, by those who may and have what it takes. */
export interface Outlook {
  readonly state: State;
  /** Next time (seconds of the chain) from which other verbs work than now; null when time alone changes nothing. */
  readonly nextDeadline: number | null;
  readonly verbs: readonly VerbName[];
}

/** @returns the verbs whose bits are set, in the order of a release's life. */
export function verbsIn(bits: bigint | number): VerbName[] {
  const set = BigInt(bits);
  return (Object.keys(Verb) as VerbName[]).filter((name) => ((set >> BigInt(Verb[name])) & 1n) === 1n);
}
