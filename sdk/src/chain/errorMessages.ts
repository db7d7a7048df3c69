import { stateName } from "../protocol/states.ts";
import type { abi } from "./generated/abi.ts";

/** Names of the contract's errors: a name without a message here does not compile. */
export type ContractErrorName = Extract<(typeof abi)[number], { type: "error" }>["name"];

interface ErrorText {
  /** What happened and why, from the error's arguments. */
  what: (args: Record<string, unknown>) => string;
  /** What to do next. */
  next: string | ((args: Record<string, unknown>) => string);
}

export const errorMessages: Record<ContractErrorName, ErrorText> = {
  Release_WrongState: {
    what: ({ state }) =>
      Number(state) === 0
        ? "The contract has no release with this id"
        : `The release is ${stateName(Number(state))}, and the step does not work in that state`,
    next: ({ state }) =>
      Number(state) === 0
        ? "`busker release` lists the releases on this chain."
        : "Look at `busker release RELEASE`: it says what can be done now.",
  },
  Release_NotArtist: {
    what: ({ caller, artist }) => `Only the artist ${s(artist)} may do this, not ${s(caller)}`,
    next: "Use the artist's account.",
  },
  Release_TooEarly: {
    what: ({ from, time }) => `The step works from ${at(from)} on, and it is ${at(time)} on the chain`,
    next: "Repeat it then.",
  },
  Release_TooLate: {
    what: ({ limit, time }) => `The step worked before ${at(limit)}, and it is ${at(time)} on the chain`,
    next: "Look at `busker release RELEASE`: it says what can be done now.",
  },
  Release_UnknownGroup: {
    what: ({ group }) => `The release has no group ${s(group)}`,
    next: "Groups are numbered from 0; `busker release RELEASE` lists them.",
  },
  Release_UnknownSlot: {
    what: ({ group, index }) => `Group ${s(group)} has no slot ${s(index)}`,
    next: "Slots are numbered from 0; `busker release RELEASE` lists them.",
  },
  Release_Compromised: {
    what: () => "Enough of one group's release keys leaked to open the release: it takes no money any more",
    next: "Anyone can end it with `busker abort RELEASE`; then every pledge is refunded.",
  },
  Create_NotArtist: {
    what: ({ caller, artist }) => `The terms name ${s(artist)} as the artist, but ${s(caller)} sends them`,
    next: "Use the artist's account.",
  },
  Create_ReleaseExists: {
    what: ({ releaseId }) => `These terms are on chain already as release ${s(releaseId)}`,
    next: "Go on with `busker seal`.",
  },
  Create_SignaturesLapsed: {
    what: ({ createBy, time }) =>
      `The keyholders' signatures worked before ${at(createBy)}, and it is ${at(time)} on the chain`,
    next: "Call the keyholders again and let them sign anew; nothing needs to be packed again.",
  },
  Create_DeadlineOutOfRange: {
    what: ({ deadline, earliest, latest }) =>
      `The deadline ${at(deadline)} is not between ${at(earliest)} and ${at(latest)}`,
    next: "Choose another deadline.",
  },
  Create_FeeFloorAboveBond: {
    what: ({ feeFloor, artistBond }) =>
      `The fee floor ${units(feeFloor)} is above the artist bond ${units(artistBond)}, which backs it`,
    next: "Raise the bond or lower the fee floor.",
  },
  Create_ShareAboveWhole: {
    what: ({ feeBps, reputationBps }) =>
      `The fee (${s(feeBps)}) or its reputation part (${s(reputationBps)}) is above 10,000 basis points`,
    next: "Lower it.",
  },
  Create_UnknownDeadlinePolicy: {
    what: ({ deadlinePolicy }) => `${s(deadlinePolicy)} is no policy for the deadline`,
    next: "Use 0 to refund or 1 to release for what was raised.",
  },
  Create_HashMissing: {
    what: () => "The key hash or the chunk root is zero",
    next: "Use the values that packing gave.",
  },
  Create_ChunkCountTooSmall: {
    what: ({ chunkCount, auditSamples }) =>
      `The audit would draw ${s(auditSamples)} of ${s(chunkCount)} locked fragments`,
    next: "Ask for fewer samples.",
  },
  Create_GroupCountOutOfRange: {
    what: ({ groups, most }) => `A release has 1 to ${s(most)} groups, not ${s(groups)}`,
    next: "Change the groups.",
  },
  Create_GroupOutOfRange: {
    what: ({ group, threshold, slots }) => `Group ${s(group)} cannot be ${s(threshold)} of ${s(slots)}`,
    next: "A threshold is at least 2 and at most the number of slots, which is at most 32.",
  },
  Create_GroupWeaker: {
    what: ({ group }) => `Group ${s(group)} would be weaker than the group before it`,
    next: "Give every backup more slots, and a threshold and smallest deposits that do not fall.",
  },
  Create_SignatureCountWrong: {
    what: ({ given, needed }) => `There are ${s(given)} signatures for ${s(needed)} slots`,
    next: "Give one signature for each slot, in order.",
  },
  Create_SignatureInvalid: {
    what: ({ group, index, keyholder }) =>
      `The signature for slot ${s(index)} of group ${s(group)} is not by ${s(keyholder)} over these terms`,
    next: "Let that keyholder sign these terms, or replace it.",
  },
  Create_KeyholderTwice: {
    what: ({ keyholder }) => `Keyholder ${s(keyholder)} has two slots, and may have one in a release`,
    next: "Replace it in one of them.",
  },
  Create_ReleaseKeyTwice: {
    what: ({ releaseKey }) => `The release key ${s(releaseKey)} stands for two slots`,
    next: "Ask the keyholder for a new offer.",
  },
  Create_ReleaseKeyMissing: {
    what: ({ group, index }) => `Slot ${s(index)} of group ${s(group)} has no release key`,
    next: "Ask the keyholder for a new offer.",
  },
  Create_NonceUsed: {
    what: ({ keyholder, nonce }) =>
      `Keyholder ${s(keyholder)} has used its nonce ${s(nonce)} in another release`,
    next: "Ask it for a new offer, or replace it.",
  },
  Seal_InvalidEphemeral: {
    what: () => "The ephemeral key of the envelopes is no usable point of the curve",
    next: "Seal again: every attempt makes a new one.",
  },
  Seal_CountWrong: {
    what: ({ envelopes, slots, wraps, groups }) =>
      `${s(envelopes)} envelopes for ${s(slots)} slots, ${s(wraps)} wraps for ${s(groups)} groups`,
    next: "Give one envelope for each slot and one wrap for each group.",
  },
  Draw_AlreadyDrawn: { what: () => "The audit is drawn already", next: "Go on: the artist can open it." },
  Draw_BlockPending: {
    what: ({ drawBlock, blockNumber }) =>
      `The audit is drawn from block ${s(drawBlock)}, and the chain is at block ${s(blockNumber)}`,
    next: "Repeat the step a few blocks later.",
  },
  Draw_BlockForgotten: {
    what: ({ drawBlock, blockNumber }) =>
      `The chain no longer knows block ${s(drawBlock)} (it is at ${s(blockNumber)}), so the audit cannot be drawn`,
    next: "Only abort remains for this release, once its time is over.",
  },
  Audit_NotDrawn: { what: () => "The audit is not drawn yet", next: "Draw it first." },
  Audit_CountWrong: {
    what: ({ keys, hashes, samples }) =>
      `${s(keys)} keys and ${s(hashes)} hashes were given for ${s(samples)} samples`,
    next: "Open exactly the fragments that were drawn.",
  },
  Audit_RootMismatch: {
    what: () => "The opened keys and fragments do not belong to the chunk root of the terms",
    next: "Open the audit with the content key and the archive of these terms.",
  },
  Pledge_BelowMinimum: {
    what: ({ amount, minimum }) =>
      `The pledge of ${units(amount)} is below the least pledge of ${units(minimum)}`,
    next: "Pledge more, or exactly what is missing to the goal.",
  },
  Pledge_BeneficiaryMissing: { what: () => "The pledge would belong to nobody", next: "Name a beneficiary." },
  Unpledge_NothingPledged: {
    what: ({ fan }) => `${s(fan)} has no pledge in this release`,
    next: "Nothing needs to be done.",
  },
  Unpledge_NoNotice: {
    what: ({ fan }) => `${s(fan)} gave no notice to take its pledge back`,
    next: "Give notice first; the pledge can be taken back when it has matured.",
  },
  Accept_RaisedTooLow: {
    what: ({ raised, minRaised }) =>
      `${units(raised)} is raised, and you want to accept no less than ${units(minRaised)}`,
    next: "Wait for more pledges, or accept less (but not nothing).",
  },
  Reveal_AlreadyRevealed: {
    what: () => "The release key of this slot is revealed already",
    next: "Nothing needs to be done.",
  },
  Reveal_WrongKey: {
    what: ({ given, expected }) =>
      `The key belongs to ${s(given)}, and the slot's release key is ${s(expected)}`,
    next: "Check which slot the key is for.",
  },
  Reveal_GroupNeverStarted: {
    what: ({ group }) =>
      `The release was unlocked before group ${s(group)} started, so its keys are not needed`,
    next: "Nothing needs to be done: keep the key to yourself.",
  },
  Unlock_CountWrong: {
    what: ({ given, threshold }) =>
      `${s(given)} slots were named, and the group opens with exactly ${s(threshold)}`,
    next: "Name exactly that many revealed slots.",
  },
  Unlock_NotRevealed: {
    what: ({ index }) => `Slot ${s(index)} is not revealed, or the slots are not in ascending order`,
    next: "Name revealed slots in ascending order.",
  },
  Unlock_WrongKey: {
    what: () => "The key is not the content key of this release: its hash is another one",
    next: "Check that the key belongs to this release.",
  },
  BadDealing_AlreadyProven: {
    what: ({ group }) => `Group ${s(group)} is proven badly dealt already`,
    next: "Nothing needs to be done.",
  },
  BadDealing_SharesFit: {
    what: ({ group }) =>
      `These shares of group ${s(group)} give the content key: they were dealt as they should be`,
    next: "Name another subset of the revealed slots, if one is bad.",
  },
  Fraud_KeyFits: {
    what: ({ index }) =>
      `The content key gives the committed key of fragment ${s(index)}: nothing is wrong with it`,
    next: "Run `busker verify RELEASE` to see whether another fragment is bad.",
  },
  Fraud_RootMismatch: {
    what: () => "The hashes given are not those that the terms commit to for this fragment",
    next: "Make the proof from the archive of these terms.",
  },
  Report_PayeeMissing: { what: () => "The report names nobody to be paid", next: "Name a payee." },
  Report_AlreadyReported: {
    what: ({ group, index }) => `Slot ${s(index)} of group ${s(group)} was reported before`,
    next: "Only the first report is paid: nothing needs to be done.",
  },
  Report_KeyRevealed: {
    what: ({ group, index }) =>
      `Slot ${s(index)} of group ${s(group)} revealed its key when it was to, so knowing it proves nothing`,
    next: "Nothing needs to be done.",
  },
  Report_GroupStarted: {
    what: ({ group, startedAt }) =>
      `Group ${s(group)} was called upon at ${at(startedAt)}: its keys were to become public`,
    next: "Nothing needs to be done.",
  },
  Report_SignatureInvalid: {
    what: ({ signer, expected }) =>
      `The report is signed by ${s(signer)}, and the slot's release key is ${s(expected)}`,
    next: "Check which release and slot the key is for.",
  },
  Absence_SlotsClosed: {
    what: () => "The deposits of this release went back already",
    next: "Nothing needs to be done.",
  },
  Absence_GroupNotDue: {
    what: ({ group }) => `The release did not wait for group ${s(group)}: its window had not ended`,
    next: "Nothing needs to be done.",
  },
  Absence_GroupExcused: {
    what: ({ group }) => `Group ${s(group)} did its part, or its shares were badly dealt`,
    next: "Nothing needs to be done.",
  },
  Absence_AlreadyReported: {
    what: ({ group }) => `The absent slots of group ${s(group)} were reported before`,
    next: "Nothing needs to be done.",
  },
  Absence_Nobody: {
    what: ({ group }) => `Nobody in group ${s(group)} was absent`,
    next: "Nothing needs to be done.",
  },
  CashOut_ObligationsOpen: {
    what: ({ keyholder, openSlots }) => `Keyholder ${s(keyholder)} has open slots (${s(openSlots)})`,
    next: "Wait until their releases are settled, or failed and closed.",
  },
  CashOut_TooEarly: {
    what: ({ from, time }) =>
      `The reputation fund can be cashed out from ${at(from)} on, and it is ${at(time)} on the chain`,
    next: "Repeat it then.",
  },
  CashOut_NothingDue: {
    what: ({ keyholder }) => `The reputation fund of ${s(keyholder)} in this currency is empty`,
    next: "Nothing needs to be done.",
  },
  SlashedPart_NothingDue: {
    what: ({ keyholder, payee }) =>
      `${s(payee)} has no part of a slashed fund of ${s(keyholder)} in this currency`,
    next: "Nothing needs to be done.",
  },
  Stake_ZeroAmount: { what: () => "The amount is zero", next: "Give an amount above zero." },
  Upkeep_UnknownStep: {
    what: ({ selector }) => `${s(selector)} is no step that keepers take`,
    next: "Perform what checkUpkeep answers.",
  },
  Refund_NothingDue: {
    what: ({ fan }) => `Nothing is due to ${s(fan)} from this release`,
    next: "Nothing needs to be done.",
  },
  Close_AlreadyClosed: {
    what: () => "The slots of this release are closed already",
    next: "Nothing needs to be done.",
  },
  Collateral_ZeroAmount: { what: () => "The amount is zero", next: "Give an amount above zero." },
  Collateral_Insufficient: {
    what: ({ keyholder, free, needed }) =>
      `Keyholder ${s(keyholder)} has ${units(free)} of free collateral, and ${units(needed)} is needed`,
    next: "Deposit more collateral, or replace the keyholder.",
  },
  Collateral_PartsUnpaid: {
    what: ({ keyholder, parts }) =>
      `Keyholder ${s(keyholder)} has ${s(parts)} slashed parts to pay, and takes no new slot until then`,
    next: "Replace the keyholder.",
  },
  Collateral_NoNotice: {
    what: () => "No withdrawal of collateral was requested",
    next: "Give notice first: `busker collateral withdraw AMOUNT`.",
  },
  Collateral_TooEarly: {
    what: ({ from, time }) => `The withdrawal works from ${at(from)} on, and it is ${at(time)} on the chain`,
    next: "Repeat it then.",
  },
  Collateral_TooLate: {
    what: ({ limit, time }) =>
      `The requested withdrawal lapsed at ${at(limit)}, and it is ${at(time)} on the chain`,
    next: "Request it again.",
  },
  Collateral_TooManyCurrencies: {
    what: ({ keyholder, most }) =>
      `Keyholder ${s(keyholder)} has accounts in ${s(most)} currencies, and no more are possible`,
    next: "Use one of its currencies, or another wallet.",
  },
  Withdraw_NothingDue: {
    what: ({ owner }) => `${s(owner)} has no credit in this currency`,
    next: "Nothing needs to be done.",
  },
  ChunkTree_IndexInvalid: {
    what: ({ index, count }) =>
      `Fragment ${s(index)} is out of order or not among the ${s(count)} locked fragments`,
    next: "Open exactly the fragments that were drawn, in ascending order.",
  },
  ChunkTree_ProofLengthWrong: {
    what: ({ given }) => `A proof of ${s(given)} nodes does not fit the chunk tree`,
    next: "Make the proof from the archive of these terms.",
  },
  Currency_TransferFailed: {
    what: ({ to, amount }) => `${s(to)} did not accept ${units(amount)} of the native coin`,
    next: "Name another account to be paid.",
  },
  Currency_WrongAmount: {
    what: ({ currency, received, needed }) =>
      `Token ${s(currency)} delivered ${units(received)} instead of ${units(needed)}`,
    next: "Tokens that take a fee on transfers cannot be used: choose another currency.",
  },
  Currency_WrongValue: {
    what: ({ sent, needed }) =>
      `${units(sent)} of the native coin was sent with the call, and ${units(needed)} is needed`,
    next: "Send exactly that.",
  },
  Parameters_Unfit: {
    what: ({ requirement }) => `The contract cannot be deployed with these parameters: ${s(requirement)}`,
    next: "Change the parameters.",
  },
  TermsCode_NotDeployed: {
    what: () => "The contract could not store the terms",
    next: "Repeat the step with a higher gas limit.",
  },
  SafeERC20FailedOperation: {
    what: ({ token }) => `Token ${s(token)} refused the transfer`,
    next: "Check the account's balance and what it allows the contract to take.",
  },
  SafeCastOverflowedUintDowncast: {
    what: ({ value }) => `The amount ${s(value)} is larger than the contract can hold`,
    next: "Use a smaller amount.",
  },
  FailedCall: {
    what: () => "The step was refused without a reason",
    next: "Call the verb itself to see more.",
  },
  AddressEmptyCode: {
    what: ({ target }) => `There is no contract at ${s(target)}`,
    next: "Check the contract's address and the chain.",
  },
  ReentrancyGuardReentrantCall: {
    what: () => "A receiver or token called the contract back while it was being paid",
    next: "Name another account to be paid.",
  },
  // EIP-712's own, for names that are too long: fixed when the contract is compiled.
  InvalidShortString: { what: () => "The contract's name is malformed", next: "Use a released contract." },
  StringTooLong: { what: () => "The contract's name is malformed", next: "Use a released contract." },
};

/** An amount. Which currency it is in, and so where its point belongs, the contract's errors do not say. */
function units(amount: unknown): string {
  return `${String(amount)} smallest units`;
}

function s(value: unknown): string {
  return String(value);
}

/** A chain time for people. */
function at(seconds: unknown): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", " UTC").replace("T", " ");
}
