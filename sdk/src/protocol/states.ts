/** State of a release, as the contract numbers it (contracts/types). */
export const State = {
  None: 0,
  Locked: 1,
  Audit: 2,
  Open: 3,
  Funded: 4,
  Unlocked: 5,
  Settled: 6,
  Failed: 7,
} as const;
export type State = (typeof State)[keyof typeof State];
export type StateName = keyof typeof State;

/** Why a release failed, as the contract numbers it. None while the release has not failed. */
export const Failure = {
  None: 0,
  Aborted: 1,
  Compromised: 2,
  Cancelled: 3,
  Expired: 4,
  Undelivered: 5,
  Fraud: 6,
} as const;
export type Failure = (typeof Failure)[keyof typeof Failure];
export type FailureName = keyof typeof Failure;

/** What the licence in an archive's manifest is worth: nothing after a failure, in force once unlocked. */
export const Licence = { Void: 0, Pending: 1, Granted: 2 } as const;
export type LicenceName = keyof typeof Licence;

/** What happens at the deadline when the goal was not met: refund the fans, or release for what was raised. */
export const DeadlinePolicy = { Refund: 0, Release: 1 } as const;
export type DeadlinePolicy = (typeof DeadlinePolicy)[keyof typeof DeadlinePolicy];
export type DeadlinePolicyName = keyof typeof DeadlinePolicy;

/** @returns the name of a state number read from the contract. @throws RangeError for a number that is no state. */
export function stateName(state: number | bigint): StateName {
  return nameIn(State, state, "state");
}

/** @returns the name of a failure number read from the contract. @throws RangeError for a number that is no failure. */
export function failureName(failure: number | bigint): FailureName {
  return nameIn(Failure, failure, "failure");
}

/** @returns the name of a licence's worth read from the contract. @throws RangeError for a number that is none. */
export function licenceName(licence: number | bigint): LicenceName {
  return nameIn(Licence, licence, "licence");
}

function nameIn<T extends Record<string, number>>(
  table: T,
  value: number | bigint,
  what: string,
): keyof T & string {
  for (const [name, number] of Object.entries(table)) if (number === Number(value)) return name;
  throw new RangeError(`${String(value)} is no ${what} of a release`);
}
