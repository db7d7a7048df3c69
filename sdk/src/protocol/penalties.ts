/** Where the money taken from one slot goes; amounts in the currency's smallest unit. */
export interface Penalty {
  /** At once: the whistleblower's, or the caller's of an absence report. */
  readonly reward: bigint;
  /** Theirs too, once the keyholder itself could cash out. */
  readonly delayedReward: bigint;
  /** After a leak the artist's; after an absence the artist's at Settled, the fans' in Failed. */
  readonly compensation: bigint;
  readonly burned: bigint;
}

/** What a proven leak takes: all of the deposit (0 once it is back with the keyholder) and all of the reputation fund. */
export function leakPenalty(deposit: bigint, fund: bigint): Penalty {
  const reward = deposit / 2n;
  const delayedReward = fund / 2n;
  return { reward, delayedReward, compensation: deposit - reward, burned: fund - delayedReward };
}

/** What a proven absence takes: half of the deposit and a tenth of the reputation fund. */
export function absencePenalty(deposit: bigint, fund: bigint): Penalty {
  const taken = deposit / 2n;
  const reward = (taken * 5n) / 100n;
  const fromFund = fund / 10n;
  const delayedReward = fromFund / 20n;
  return { reward, delayedReward, compensation: taken - reward, burned: fromFund - delayedReward };
}
