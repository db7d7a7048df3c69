import type { VerbName } from "./outlook.ts";

/** A verb that works now: who may use it, and what it does, as "`who` can `what`". */
export interface NextStep {
  readonly verb: VerbName;
  readonly who: string;
  readonly what: string;
}

const STEPS: Record<VerbName, readonly [who: string, what: string]> = {
  Seal: ["the artist", "seal the keyholders' shares"],
  DrawAudit: ["anyone", "draw the audit"],
  OpenAudit: ["the artist", "open the audit"],
  Abort: ["anyone", "abort the release"],
  Pledge: ["fans", "pledge"],
  RequestUnpledge: ["fans who pledged", "give notice to take their pledge back"],
  Unpledge: ["fans whose notice has matured", "take their pledge back"],
  AcceptRaised: ["the artist", "accept what is raised"],
  Cancel: ["the artist", "cancel the release"],
  Expire: ["anyone", "end the funding"],
  PublishKey: ["whoever has the content key", "publish it and open the work"],
  Reveal: ["keyholders", "reveal their release keys"],
  Unlock: ["anyone", "unlock, if some revealed shares give the content key"],
  ProveBadDealing: ["anyone", "prove bad dealing, if revealed shares do not give the content key"],
  Fail: ["anyone", "fail the release"],
  ProveFraud: ["anyone", "prove fraud, if the content key does not open a fragment"],
  Finalize: ["anyone", "finalize: everybody is paid"],
  Refund: ["fans", "take their refunds"],
  CloseSlots: ["anyone", "close the slots: deposits return"],
  Report: ["whoever has a leaked release key", "report it"],
  ReportAbsence: ["anyone", "report absent keyholders"],
  Tip: ["anyone", "tip the artist"],
};

/** @returns the contract's verbs that work now, in words; whether one works is for the contract alone to say. */
export function nextSteps(verbs: readonly VerbName[]): NextStep[] {
  return verbs.map((verb) => ({ verb, who: STEPS[verb][0], what: STEPS[verb][1] }));
}
