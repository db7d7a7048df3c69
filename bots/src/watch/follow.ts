import type { Client } from "@busker/sdk/chain/client.ts";
import { decodeTerms } from "@busker/sdk/chain/decodeTerms.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import type { BuskerEvent } from "@busker/sdk/chain/events.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import { zeroPadValue } from "ethers";

import { CONCURRENT_READS } from "../constants.ts";
import type { FinalizedClock, ReleaseView } from "../view.ts";
import { eachOf } from "./eachOf.ts";
import { ownSlots, readView } from "./readView.ts";

/** A release in which the keyholder has a slot. */
export interface OwnRelease {
  view: ReleaseView;
  terms: Terms;
  /** SHA-256 digest of the archive's root block, in hexadecimal. */
  archiveRoot: string;
  /** Wallets that hold the other slots, and so the archive. */
  peers: string[];
}

/** The keyholder's releases at the last finalized block that was read. */
export interface Followed {
  releases: ReadonlyMap<string, OwnRelease>;
  clock: FinalizedClock;
  /**
   * Goes on to the newest finalized block: one log query, then the releases that it touched. What fails part way leaves
   * everything as it was, so that the next call repeats it.
   *
   * @returns the clock, moved or not
   * @throws BuskerError when the endpoint does not answer
   */
  advance(): Promise<FinalizedClock>;
}

interface FinalizedBlock {
  number: number;
  timestamp: number;
  hash: string | null;
}

/**
 * Rebuilds the keyholder's releases from the chain alone, and follows them.
 *
 * @param fromBlock block in which the contract was deployed, or earlier
 */
export async function follow(client: Client, keyholder: string, fromBlock: number): Promise<Followed> {
  let releases = new Map<string, OwnRelease>();
  let head = await finalizedBlock(client);
  await rebuild(head);

  async function rebuild(block: FinalizedBlock): Promise<void> {
    const topics = [topicOf("SlotLocked"), null, zeroPadValue(keyholder, 32)];
    const found = new Map<string, number>();
    for await (const event of readEvents(client, { fromBlock, toBlock: block.number, topics })) {
      found.set(event.args["releaseId"] as string, event.blockNumber);
    }
    const rebuilt = new Map<string, OwnRelease>();
    await eachOf(found, CONCURRENT_READS, async ([releaseId, createdIn]) => {
      rebuilt.set(
        releaseId,
        await readOwn(releaseId, await readTermsIn(client, releaseId, createdIn), block.number),
      );
    });
    releases = rebuilt;
    head = block;
  }

  async function readOwn(releaseId: string, terms: Terms, block: number): Promise<OwnRelease> {
    const slots = terms.groups.flatMap((group) => group.slots);
    return {
      view: await readView(client, releaseId, terms, keyholder, block),
      terms,
      archiveRoot: terms.archiveRoot,
      peers: slots.map((slot) => slot.keyholder).filter((address) => address !== keyholder),
    };
  }

  async function catchUp(block: FinalizedBlock): Promise<void> {
    const touched = new Set<string>();
    const created = new Map<string, Terms>();
    for await (const event of readEvents(client, { fromBlock: head.number + 1, toBlock: block.number })) {
      note(event, releases, keyholder, touched, created);
    }
    const read = new Map<string, OwnRelease>();
    await eachOf(created, CONCURRENT_READS, async ([releaseId, terms]) => {
      read.set(releaseId, await readOwn(releaseId, terms, block.number));
    });
    await eachOf(touched, CONCURRENT_READS, async (releaseId) => {
      const known = releases.get(releaseId);
      if (known === undefined) return;
      const view = await readView(client, releaseId, known.terms, keyholder, block.number);
      read.set(releaseId, { ...known, view });
    });
    for (const [releaseId, release] of read) releases.set(releaseId, release);
    head = block;
  }

  return {
    get releases() {
      return releases;
    },
    get clock() {
      return clockOf(head);
    },
    async advance() {
      const block = await finalizedBlock(client);
      // Another hash at a height that was finalized: the endpoint, or its chain, is another one than before.
      const before = block.number < head.number ? null : await client.provider.getBlock(head.number);
      if (before !== null && before.hash !== head.hash) await rebuild(block);
      else if (block.number > head.number) await catchUp(block);
      return clockOf(head);
    },
  };
}

/** Sorts one event in: a new release of the keyholder's, a change in one, or none of its business. */
function note(
  event: BuskerEvent,
  releases: ReadonlyMap<string, OwnRelease>,
  keyholder: string,
  touched: Set<string>,
  created: Map<string, Terms>,
): void {
  if (event.name === "ReleaseCreated") {
    const terms = decodeTerms(event.args["terms"]);
    if (ownSlots(terms, keyholder).length > 0) created.set(event.args["releaseId"] as string, terms);
    return;
  }
  const releaseId = (event.args.toObject() as { releaseId?: string }).releaseId;
  if (releaseId === undefined || created.has(releaseId)) return;
  if (releases.has(releaseId)) touched.add(releaseId);
}

async function readTermsIn(client: Client, releaseId: string, block: number): Promise<Terms> {
  const topics = [topicOf("ReleaseCreated"), releaseId];
  for await (const event of readEvents(client, { fromBlock: block, toBlock: block, topics })) {
    return decodeTerms(event.args["terms"]);
  }
  throw new BuskerError(
    "CHAIN_INCONSISTENT",
    `The endpoint has no ReleaseCreated event of release ${releaseId}`,
    {
      hint: "Its logs are incomplete: use another endpoint.",
    },
  );
}

async function finalizedBlock(client: Client): Promise<FinalizedBlock> {
  const block = await client.provider.getBlock("finalized");
  if (block !== null) return block;
  throw new BuskerError("NO_BLOCK", "The chain endpoint gives no finalized block", {
    hint: "Wait until the node has caught up with the chain, or use another endpoint.",
  });
}

function clockOf(block: FinalizedBlock): FinalizedClock {
  return { block: block.number, time: block.timestamp };
}
