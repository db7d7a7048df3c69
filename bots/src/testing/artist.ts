import { archiveCid } from "@busker/sdk/archive/block.ts";
import { blobInput } from "@busker/sdk/archive/input.ts";
import { connect } from "@busker/sdk/chain/client.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { create } from "@busker/sdk/release/create.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { defaultOffering } from "@busker/sdk/release/offering.ts";
import type { GroupShape } from "@busker/sdk/release/offering.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { pack } from "@busker/sdk/release/pack.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import { signTerms } from "@busker/sdk/release/signTerms.ts";
import type { SignedTerms } from "@busker/sdk/release/signTerms.ts";
import { HDNodeWallet, Mnemonic, ZeroAddress, parseEther } from "ethers";

import { MNEMONIC } from "./anvil.ts";

export const GOAL = parseEther("1");
export const CONTENT_KEY = `0x${"42".repeat(32)}`;
const AUDIT_SAMPLES = 2;

/** An account of the test mnemonic. */
export function account(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`);
}

/** An artist with a small work, who takes a release as far as a test needs. */
export interface TestArtist {
  client: Client;
  /** Has all registered keyholders sign. Throws when one does not. */
  sign(groups: readonly GroupShape[]): Promise<SignedTerms>;
  /** @returns the release id */
  create(signed: SignedTerms): Promise<string>;
  seal(signed: SignedTerms): Promise<void>;
  /** @param draw whether to draw it too, instead of leaving that to the keyholders */
  openAudit(releaseId: string, options: { draw: boolean }): Promise<void>;
  close(): Promise<void>;
}

export async function startArtist(rpc: string, contract: string, directory: string): Promise<TestArtist> {
  const client = await connect({ rpc, contract, signer: account(0) });
  const store = await openHeliaStore({ directory });
  const noise = Buffer.from(Array.from({ length: 400_000 }, (_, position) => (position * 7919) % 251));
  const archive = await pack({
    files: [blobInput("sound.bin", new Blob([noise]))],
    work: { title: "Test", artist: "Artist", licence: { spdx: "CC0-1.0" } },
    lock: { contentKey: fromHex(CONTENT_KEY), archiveSalt: fromHex(`0x${"17".repeat(32)}`) },
    sink: store,
  });
  await publish(store, archiveCid(fromHex(archive.archiveRoot, 32)));
  return {
    client,
    async sign(groups) {
      const now = (await client.provider.getBlock("latest"))!.timestamp;
      const offering = defaultOffering(
        {
          currency: ZeroAddress,
          goal: GOAL,
          deadline: now + 30 * 86_400,
          auditSamples: AUDIT_SAMPLES,
          groups,
        },
        archive.chunkCount,
      );
      const candidates = await findKeyholders(client);
      const { offers, failures } = await callKeyholders(client, store.libp2p, {
        offering,
        archive,
        candidates,
      });
      for (const { error } of failures) throw error;
      return signTerms(client, store.libp2p, {
        offering,
        offers,
        archive,
        providers: store.addresses(),
        onDropped: (_keyholder, error) => {
          throw error;
        },
      });
    },
    create: ({ terms, signatures }) => create(client, terms, signatures),
    seal: ({ terms, publicKeys }) => seal(client, { terms, publicKeys, contentKey: fromHex(CONTENT_KEY) }),
    async openAudit(releaseId, { draw }) {
      if (draw) await awaitAuditDraw(client, releaseId);
      await openAudit(client, releaseId, { contentKey: fromHex(CONTENT_KEY), source: store });
    },
    async close() {
      await store.close();
      client.provider.destroy();
    },
  };
}
