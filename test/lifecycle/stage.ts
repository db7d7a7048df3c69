import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther, ZeroAddress, type JsonRpcProvider, type Signer } from "ethers";
import { CID } from "multiformats/cid";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { actAs, connect, type Client } from "@busker/sdk/chain/client.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { openHeliaStore, type HeliaStore } from "@busker/sdk/content/helia.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { create } from "@busker/sdk/release/create.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { defaultOffering, type Offering } from "@busker/sdk/release/offering.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { pack, type Packed } from "@busker/sdk/release/pack.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import { signTerms, type SignedTerms } from "@busker/sdk/release/signTerms.ts";
import { demoAccount } from "@busker/cli/context.ts";
import { sampleAlbum } from "@busker/cli/demo/sample.ts";
import { skipTime } from "@busker/cli/local/skipTime.ts";
import { startSystem, type LocalKeyholder, type LocalSystem } from "@busker/cli/local/system.ts";
import { storeFolder } from "@busker/cli/store.ts";

export type Actor = Client & { signer: Signer };

/** A packed work and its secret key, as the artist has them. */
export interface Work extends Packed {
  contentKey: Uint8Array;
  folder: string;
}

/** A release on chain, with what its artist knows. */
export interface OnChain extends SignedTerms {
  releaseId: string;
  work: Work;
}

/**
 * A whole local system for one chapter: a real chain, real daemons as processes, real IPFS nodes. What is opened here is closed by
 * `close`, in reverse order.
 */
export class Stage {
  readonly system: LocalSystem;
  readonly folder: string;
  readonly reader: Client;
  readonly artist: Actor;
  readonly artistStore: ContentStore;
  readonly artistNode: HeliaStore;
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(
    folder: string,
    system: LocalSystem,
    reader: Client,
    store: ContentStore,
    node: HeliaStore,
  ) {
    this.folder = folder;
    this.system = system;
    this.reader = reader;
    this.artist = this.as("artist");
    this.artistStore = store;
    this.artistNode = node;
  }

  static async open({
    keyholders,
    parameters,
  }: {
    keyholders: number;
    parameters?: Parameters;
  }): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), "busker-lifecycle-"));
    const system = await startSystem({
      folder: join(folder, "system"),
      port: 0,
      keyholders,
      ...(parameters === undefined ? {} : { parameters }),
    });
    const reader = await connect({ rpc: system.file.rpc, contract: system.file.contract });
    const store = await openLocalStore({ directory: storeFolder(system.artistNode.home) });
    const node = await openHeliaStore({ directory: join(folder, "artist-client") });
    return new Stage(folder, system, reader, store, node);
  }

  async close(): Promise<void> {
    for (const end of this.#closers.splice(0).reverse()) await end();
    await this.artistNode.close();
    await this.artistStore.close();
    this.reader.provider.destroy();
    await this.system.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  as(name: string): Actor {
    return actAs(this.reader, demoAccount(this.system.file.accounts[name]!.index));
  }

  /** A node over an empty folder that knows nobody. */
  async stranger(name: string, options: { fetchTimeoutMs?: number } = {}): Promise<HeliaStore> {
    const node = await openHeliaStore({ directory: join(this.folder, "strangers", name), ...options });
    this.#closers.push(() => node.close());
    return node;
  }

  skip(seconds: number): Promise<void> {
    return skipTime(this.reader.provider as JsonRpcProvider, seconds);
  }

  keyholderOf(address: string): LocalKeyholder {
    return this.system.keyholders.find((keyholder) => keyholder.address === address)!;
  }

  async pack(folder?: string): Promise<Work> {
    const album = folder ?? (await sampleAlbum(this.folder));
    const contentKey = newContentKey();
    const packed = await pack({
      files: (await folderFiles(album)).files,
      work: { title: "Lena", artist: "Audio Lena", licence: { spdx: "MIT" } },
      lock: { contentKey, archiveSalt: newArchiveSalt() },
      sink: this.artistStore,
    });
    await publish(this.artistStore, CID.parse(packed.archive));
    return { ...packed, contentKey, folder: album };
  }

  /** From a packed work to signed terms. */
  async sign(work: Work, choice: Partial<Offering> = {}): Promise<SignedTerms> {
    const offering = await this.offering(work, choice);
    const candidates = await findKeyholders(this.artist);
    const { offers } = await callKeyholders(this.artist, this.artistNode.libp2p, {
      offering,
      archive: work,
      candidates,
    });
    return signTerms(this.artist, this.artistNode.libp2p, {
      offering,
      archive: work,
      offers,
      providers: this.system.artistNode.addresses,
    });
  }

  async offering(work: Work, choice: Partial<Offering> = {}): Promise<Offering> {
    return defaultOffering(
      {
        currency: ZeroAddress,
        goal: parseEther("1"),
        deadline: (await latestTime(this.artist)) + 30 * 86_400,
        groups: [
          { threshold: 2, slots: 3 },
          { threshold: 3, slots: 5 },
        ],
        ...choice,
      },
      work.chunkCount,
    );
  }

  /** From a packed work to a release that can be pledged to. */
  async openRelease(work: Work, choice: Partial<Offering> = {}): Promise<OnChain> {
    const signed = await this.sign(work, choice);
    const releaseId = await create(this.artist, signed.terms, signed.signatures);
    await seal(this.artist, { ...signed, contentKey: work.contentKey });
    await awaitAuditDraw(this.artist, releaseId);
    await openAudit(this.artist, releaseId, { contentKey: work.contentKey, source: this.artistStore });
    return { ...signed, releaseId, work };
  }
}
