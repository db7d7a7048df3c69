import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { signTerms } from "@busker/sdk/release/signTerms.ts";
import { CID } from "multiformats/cid";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { stop } from "@busker/cli/local/processes.ts";
import { Stage, type Work } from "./stage.ts";

let stage: Stage;
let work: Work;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 9 });
  work = await stage.pack();
});
afterAll(() => stage.close());

test("the keyholders register on chain with collateral and the addresses they answer at", async () => {
  const found = await findKeyholders(stage.reader);
  expect(found.map(({ keyholder }) => keyholder).sort()).toEqual(
    stage.system.keyholders.map(({ address }) => address).sort(),
  );
  for (const { keyholder, endpoints } of found) {
    expect(endpoints).toEqual(stage.keyholderOf(keyholder).addresses);
    expect(
      (await stage.reader.contract.collateralOf(keyholder, "0x0000000000000000000000000000000000000000"))
        .free,
    ).toBeGreaterThan(0n);
  }
});

test("a keyholder that asks for more than the call offers declines and says why", async () => {
  const offering = await stage.offering(work, { feeBps: 1 });
  const candidates = await findKeyholders(stage.artist);
  const { offers, failures } = await callKeyholders(stage.artist, stage.artistNode.libp2p, {
    offering,
    archive: work,
    candidates,
  });
  expect(offers).toEqual([]);
  expect(failures).toHaveLength(9);
  for (const { error } of failures) {
    expect(error.code).toBe("OFFER_DECLINED");
    expect(error.message).toMatch(/fee/i);
  }
});

test("too few offers stop before anything is on chain", async () => {
  await expect(stage.sign(work, { groups: [{ threshold: 5, slots: 10 }] })).rejects.toMatchObject({
    code: "TOO_FEW_OFFERS",
  });
});

describe("a call under usual terms", () => {
  test("is signed by all, each after it fetched the archive, and a keyholder that drops out is replaced", async () => {
    const offering = await stage.offering(work);
    const candidates = await findKeyholders(stage.artist);
    const { offers } = await callKeyholders(stage.artist, stage.artistNode.libp2p, {
      offering,
      archive: work,
      candidates,
    });
    expect(offers).toHaveLength(9);

    const gone = offers[0]!.offer.keyholder;
    await stop(stage.keyholderOf(gone).process);
    const dropped: string[] = [];
    const signed = await signTerms(stage.artist, stage.artistNode.libp2p, {
      offering,
      archive: work,
      offers,
      providers: stage.system.artistNode.addresses,
      onDropped: (keyholder) => dropped.push(keyholder),
    });
    expect(dropped).toEqual([gone]);
    expect(signed.signatures).toHaveLength(8);
    expect(Object.keys(signed.publicKeys)).toHaveLength(8);

    await stop(stage.system.artistNode.process);
    const stranger = await stage.stranger("visitor");
    await stranger.connect(stage.keyholderOf(signed.terms.groups[1]!.slots[0]!.keyholder).addresses);
    const { manifest } = await retrieveManifest(stranger, CID.parse(work.archive));
    expect(manifest.title).toBe("Lena");
  });
});
