/** Times of one deployment, fixed by the contract's constructor; all in seconds but `drawDelay`, in blocks. */
export interface Parameters {
  /** From create: the artist may seal. */
  readonly sealPeriod: number;
  /** From seal: the artist may open the audit. */
  readonly auditPeriod: number;
  /** Blocks from seal to the draw block. */
  readonly drawDelay: number;
  /** The deadline is at least this long after create … */
  readonly minFundingPeriod: number;
  /** … and at most this long. */
  readonly maxFundingPeriod: number;
  /** From the notice until an unpledge works. */
  readonly unpledgeNotice: number;
  /** How long it then works. */
  readonly unpledgeWindow: number;
  /** Before the deadline, when neither works. */
  readonly unpledgeFreeze: number;
  /** From Funded until the window of group 0 starts. */
  readonly finalityDelay: number;
  /** Length of one group's window. */
  readonly revealWindow: number;
  /** From the end of the last window until `fail` works. */
  readonly failDelay: number;
  /** From Unlocked until `finalize` works. */
  readonly disputePeriod: number;
  /** The same when K was published early. */
  readonly earlyDisputePeriod: number;
  /** From Failed until `closeSlots` works (at once if aborted from Locked). */
  readonly closeDelay: number;
  /** From the notice until a collateral withdrawal works. */
  readonly withdrawalNotice: number;
  /** How long it then works. */
  readonly withdrawalWindow: number;
  /** From a keyholder's last obligation until it may cash out its reputation fund. */
  readonly cashOutDelay: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Defaults of the protocol. A client reads those of its contract with `parameters()` instead of assuming these. */
export const DEFAULT_PARAMETERS: Parameters = {
  sealPeriod: 24 * HOUR,
  auditPeriod: 48 * HOUR,
  drawDelay: 4,
  minFundingPeriod: 7 * DAY,
  maxFundingPeriod: 366 * DAY,
  unpledgeNotice: 24 * HOUR,
  unpledgeWindow: 24 * HOUR,
  unpledgeFreeze: 48 * HOUR,
  finalityDelay: 30 * MINUTE,
  revealWindow: 24 * HOUR,
  failDelay: 24 * HOUR,
  disputePeriod: 72 * HOUR,
  earlyDisputePeriod: 14 * DAY,
  closeDelay: 30 * DAY,
  withdrawalNotice: 48 * HOUR,
  withdrawalWindow: 24 * HOUR,
  cashOutDelay: 180 * DAY,
};
