import type { BlockTag } from "ethers";
import type { Failure, State } from "../protocol/states.ts";
import type { Terms } from "../protocol/terms.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { Client } from "./client.ts";
import { decodeTerms } from "./decodeTerms.ts";
import { readEvents, topicOf } from "./events.ts";
import { toBuskerError } from "./errors.ts";

/** A release as the chain has it: the terms that were signed, and where it stands. Times in seconds, amounts in smallest units. */
export interface Release {
  id: string;
  terms: Terms;
  state: State;
  failure: Failure;
  /** Unlocked before it was Funded: the content key leaked. */
  early: boolean;
  /** The audit's fragments are drawn. */
  drawn: boolean;
  slotsClosed: boolean;
  /** As many release keys of one group as open it were proven leaked: it takes no money any more. */
  compromised: boolean;
  bondForfeited: boolean;
  /** Taken from absent keyholders and from the bond after a fraud: the artist's at Settled, the fans' in Failed. */
  damages: bigint;
  /** May be lower than the terms' goal after acceptRaised or expire. */
  goal: bigint;
  raised: bigint;
  createdAt: number;
  /** When the present state was entered. */
  since: number;
  /** 0 until it happened; `unlockedAt` likewise. */
  fundedAt: number;
  unlockedAt: number;
  /** Block whose hash draws the audit; 0 unless it waits for the draw. */
  drawBlock: number;
  /** 32 bytes in hexadecimal, or null while the release is locked. */
  contentKey: string | null;
}

const NOTHING = `0x${"00".repeat(32)}`;

/**
 * Reads one release: its state from the contract, its terms from the event that created it.
 *
 * @param at block to read at; default the latest. Only what was created up to it is found.
 * @throws BuskerError NO_RELEASE when the contract has none with this id
 */
export async function readRelease(
  client: Client,
  releaseId: string,
  at: BlockTag = "latest",
): Promise<Release> {
  const info = await client.contract.releaseOf(releaseId, { blockTag: at }).catch((error: unknown) => {
    throw toBuskerError(error);
  });
  if (info.state === 0n) throw noRelease(releaseId, client);
  return {
    id: releaseId,
    terms: await readTerms(client, releaseId),
    state: Number(info.state) as State,
    failure: Number(info.failure) as Failure,
    early: info.early,
    drawn: info.drawn,
    slotsClosed: info.slotsClosed,
    compromised: info.compromised,
    bondForfeited: info.bondForfeited,
    damages: info.damages,
    goal: info.goal,
    raised: info.raised,
    createdAt: Number(info.createdAt),
    since: Number(info.since),
    fundedAt: Number(info.fundedAt),
    unlockedAt: Number(info.unlockedAt),
    drawBlock: Number(info.drawBlock),
    contentKey: info.contentKey === NOTHING ? null : info.contentKey,
  };
}

/** Reads the terms of a release from the event that created it. @throws BuskerError NO_RELEASE */
export async function readTerms(client: Client, releaseId: string): Promise<Terms> {
  for await (const event of readEvents(client, { topics: [topicOf("ReleaseCreated"), releaseId] })) {
    return decodeTerms(event.args["terms"]);
  }
  throw noRelease(releaseId, client);
}

function noRelease(releaseId: string, client: Client): BuskerError {
  return new BuskerError("NO_RELEASE", `The contract ${client.address} has no release ${releaseId}`, {
    hint: "Check the release id, and that the chain is the one it was created on.",
  });
}
