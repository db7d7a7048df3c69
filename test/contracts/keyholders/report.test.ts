import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { reportDigest } from "@busker/sdk/protocol/typedData.ts";
import { AbiCoder, concat, keccak256, recoverAddress, SigningKey, toBeHex, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { TWO_GROUPS } from "../support/dealing.ts";
import { everyState, statesOtherThan } from "../support/everyState.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { Release } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { cast, deposits, ODD_DEPOSIT, ODD_FUND, stake } from "../support/slashing.ts";
import { DAY, done, ETHER, stage } from "../support/world.ts";

import type { Domain } from "@busker/sdk/protocol/domains.ts";

seedRandomness("report");

/** Where the accounts' mapping is, and where in an account the number of unpaid parts. */
const ACCOUNTS = 3;
const PARTS_BIT = 208n;
const MOST_PARTS = 2n ** 16n - 1n;
const coder = AbiCoder.defaultAbiCoder();
const YEAR = 366 * DAY;
const PAYEE = "0x000000000000000000000000000000000000dEaD";
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const odd = { shape: TWO_GROUPS, groups: deposits(ODD_DEPOSIT) };
const locked = scene(async (release) => release.toLocked(), odd);
const audit = scene(async (release) => release.toAudit(), odd);
const open = scene(async (release) => release.toOpen(), odd);
const inToken = tokenScene(async (release) => release.toLocked(), odd);
const early = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.stranger).publishKey(release.id, release.contentKey));
}, odd);
const withoutDeposits = scene(async (release) => release.toLocked(), { groups: deposits(0n) });
const funded = scene(async (release) => release.toFunded(), odd);
const undelivered = scene(async (release) => release.toUndelivered(), odd);
const fraud = scene(
  async (release) => {
    await release.toUnlocked();
    await done(release.proveFraud(3));
  },
  { ...odd, badKeys: [3] },
);
const earlyFraud = scene(
  async (release) => {
    await release.toOpen();
    await done(release.world.as(release.world.stranger).publishKey(release.id, release.contentKey));
    await done(release.proveFraud(3));
  },
  { ...odd, badKeys: [3] },
);
const aborted = scene(async (release) => {
  await release.toLocked();
  await release.world.at((await release.since()) + release.world.parameters.sealPeriod);
  await done(release.world.as(release.world.stranger).abort(release.id));
}, odd);
const abortedInAudit = scene(async (release) => {
  await release.toAudit();
  await release.world.at((await release.since()) + release.world.parameters.auditPeriod);
  await done(release.world.as(release.world.stranger).abort(release.id));
}, odd);
const compromised = scene(async (release) => {
  await release.toOpen();
  for (const i of [1, 2]) await done(release.report(0, i));
  await done(release.world.as(release.world.stranger).abort(release.id));
}, odd);
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.artist).cancel(release.id));
}, odd);
const expired = scene(async (release) => {
  await release.toOpen();
  await release.world.at(release.terms.deadline);
  await done(release.world.as(release.world.stranger).expire(release.id));
}, odd);

/** What the contract takes the signer of a report of slot 0 of group 0 to be, when it is anybody's signature. */
function signerOf(release: Release, signature: string): string {
  const { id: releaseId, world } = release;
  return recoverAddress(
    reportDigest({ releaseId, group: 0, index: 0, payee: PAYEE }, world.domain),
    signature,
  );
}

/** Expects that this signature reports nothing. */
async function expectInvalid(release: Release, signature: string, signer: string): Promise<void> {
  const { world, id, terms } = release;
  const expected = terms.groups[0]!.slots[0]!.releaseKey;
  const call = world.as(world.stranger).report(id, 0, 0, PAYEE, signature);
  await expectRevert(call, "Report_SignatureInvalid", id, 0, 0, signer, expected);
}

describe("report", () => {
  describe.each(statesOtherThan(State.Locked, State.Audit, State.Open, State.Failed))(
    "given %s",
    (_given, state) => {
      it("reverts with Release_WrongState", async () => {
        const { as, ids } = await stage(everyState);
        const id = ids[state]!;
        await expectRevert(as.report(id, 0, 0, PAYEE, "0x"), "Release_WrongState", id, state);
      });
    },
  );

  describe("given a locked release", () => {
    describe("when nobody would be paid", () => {
      it("reverts with Report_PayeeMissing", async () => {
        const { release, id } = cast((await stage(locked)).release);
        await expectRevert(release.report(0, 0, ZeroAddress), "Report_PayeeMissing", id);
      });
    });

    describe("when there is no such group", () => {
      it("reverts with Release_UnknownGroup", async () => {
        const { as, id } = cast((await stage(locked)).release);
        await expectRevert(as.report(id, 2, 0, PAYEE, "0x"), "Release_UnknownGroup", id, 2);
      });
    });

    describe("when there is no such slot", () => {
      it("reverts with Release_UnknownSlot", async () => {
        const { as, id } = cast((await stage(locked)).release);
        await expectRevert(as.report(id, 0, 3, PAYEE, "0x"), "Release_UnknownSlot", id, 0, 3);
      });
    });

    describe("when the slot was reported before", () => {
      it("reverts with Report_AlreadyReported", async () => {
        const { release, id } = cast((await stage(locked)).release);
        await done(release.report(0, 0, PAYEE));
        await expectRevert(release.report(0, 0), "Report_AlreadyReported", id, 0, 0);
      });
    });

    describe.each([
      ["another slot's release key", 0, 1],
      ["a release key of another group", 1, 0],
    ])("when the signature is by %s", (_whose, group, index) => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release, world } = await stage(locked);
        const digest = reportDigest(
          { releaseId: release.id, group: 0, index: 0, payee: PAYEE },
          world.domain,
        );
        const { serialized } = new SigningKey(release.releaseKeys[group]![index]!).sign(digest);
        await expectInvalid(release, serialized, release.terms.groups[group]!.slots[index]!.releaseKey);
      });
    });

    describe("when the signature is by the keyholder's wallet", () => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release, world, keyholder, id } = cast((await stage(locked)).release);
        const digest = reportDigest({ releaseId: id, group: 0, index: 0, payee: PAYEE }, world.domain);
        await expectInvalid(release, keyholder.wallet.signingKey.sign(digest).serialized, keyholder.address);
      });
    });

    describe.each([
      ["another payee", (release: Release) => release.signReport(0, 0, release.world.stranger.address)],
      ["another slot", (release: Release) => release.signReport(0, 1, PAYEE)],
    ])("when the signature names %s", (_what, sign) => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release } = await stage(locked);
        const { serialized } = sign(release);
        await expectInvalid(release, serialized, signerOf(release, serialized));
      });
    });

    describe.each([
      ["group 1", { group: 1 }],
      ["slot 1", { index: 1 }],
      ["another release", { releaseId: toBeHex(1, 32) }],
    ])("when the release key signs for %s", (_what, other) => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release, world, id } = cast((await stage(locked)).release);
        const signed = { releaseId: id, group: 0, index: 0, payee: PAYEE, ...other };
        const key = new SigningKey(release.releaseKeys[0]![0]!);
        const { serialized } = key.sign(reportDigest(signed, world.domain));
        await expectInvalid(release, serialized, signerOf(release, serialized));
      });
    });

    describe.each<[string, Partial<Domain>]>([
      ["another chain", { chainId: 1n }],
      ["another contract", { contract: PAYEE }],
    ])("when the signature is for %s", (_what, other) => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release, world } = await stage(locked);
        const { serialized } = release.signReport(0, 0, PAYEE, { ...world.domain, ...other });
        await expectInvalid(release, serialized, signerOf(release, serialized));
      });
    });

    describe("when somebody sends a copied report with itself as the payee", () => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release, world, id } = cast((await stage(locked)).release);
        const { serialized } = release.signReport(0, 0, PAYEE);
        const thief = world.fan(0);
        const digest = reportDigest(
          { releaseId: id, group: 0, index: 0, payee: thief.address },
          world.domain,
        );
        await expectRevert(
          world.as(thief).report(id, 0, 0, thief.address, serialized),
          "Report_SignatureInvalid",
          id,
          0,
          0,
          recoverAddress(digest, serialized),
          release.terms.groups[0]!.slots[0]!.releaseKey,
        );
      });
    });

    describe.each([
      ["is empty", () => "0x"],
      ["is one byte short of EIP-2098", (whole: string) => whole.slice(0, 2 + 63 * 2)],
      ["is one byte too long", (whole: string) => concat([whole, "0x00"])],
      ["is 65 zero bytes", () => `0x${"00".repeat(65)}`],
      ["is 64 zero bytes", () => `0x${"00".repeat(64)}`],
      ["has a v of 29", (whole: string) => concat([whole.slice(0, 130), "0x1d"])],
      ["has a v of 0", (whole: string) => concat([whole.slice(0, 130), "0x00"])],
    ])("when the signature %s", (_what, spoil) => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release } = await stage(locked);
        await expectInvalid(release, spoil(release.signReport(0, 0, PAYEE).serialized), ZeroAddress);
      });
    });

    describe("when s is in the upper half", () => {
      it("reverts with Report_SignatureInvalid", async () => {
        const { release } = await stage(locked);
        const { r, s, v } = release.signReport(0, 0, PAYEE);
        const mirrored = concat([r, toBeHex(ORDER - BigInt(s), 32), toBeHex(v === 27 ? 28 : 27, 1)]);
        await expectInvalid(release, mirrored, ZeroAddress);
      });
    });

    describe("when the signature has 64 bytes as in EIP-2098", () => {
      it("takes it", async () => {
        const { release, money, id, as } = cast((await stage(locked)).release);
        const { compactSerialized } = release.signReport(0, 0, PAYEE);
        await done(as.report(id, 0, 0, PAYEE, compactSerialized));
        expect(await money.credit(PAYEE)).toBe(ODD_DEPOSIT / 2n);
      });
    });

    describe.each([
      ["the payee", "fan"],
      ["the artist", "artist"],
      ["a stranger", "stranger"],
      ["the keyholder itself", "keyholder"],
    ] as const)("when %s sends the report", (_who, role) => {
      it("credits the payee, and nobody else", async () => {
        const { release, money, world, id, keyholder } = cast((await stage(locked)).release);
        const { artist, stranger } = world;
        const fan = world.fan(3);
        const { serialized } = release.signReport(0, 0, fan.address);
        const sender = { fan, artist, stranger, keyholder }[role];
        await done(world.as(sender).report(id, 0, 0, fan.address, serialized));
        const others = [artist, stranger, keyholder];
        expect(await Promise.all([fan, ...others].map(async (one) => money.credit(one)))).toEqual([
          ODD_DEPOSIT / 2n,
          0n,
          0n,
          0n,
        ]);
      });
    });

    describe("when the keyholder has no fund", () => {
      it("emits LeakReported and Credited", async () => {
        const { release, world, id, keyholder, currency } = cast((await stage(locked)).release);
        expectEvents(
          await done(release.report(0, 0, PAYEE)),
          world.address,
          ["LeakReported", id, keyholder.address, PAYEE, 0, 0, ODD_DEPOSIT, 0],
          ["Credited", PAYEE, currency, ODD_DEPOSIT / 2n],
        );
      });

      it("takes the whole deposit, marks the slot and keeps it open", async () => {
        const { release, world, money, id, keyholder } = cast((await stage(locked)).release);
        const before = await money.account(keyholder);
        await done(release.report(0, 0, PAYEE));
        const after = await money.account(keyholder);
        expect([before.locked, before.openSlots, before.obligations]).toEqual([ODD_DEPOSIT, 1n, 1n]);
        expect([after.locked, after.openSlots, after.obligations]).toEqual([0n, 1n, 1n]);
        expect([after.free, after.leaked, after.unpaidParts]).toEqual([before.free, 1n, 0n]);
        expect((await world.busker.slotOf(id, 0, 0)).leaked).toBe(true);
        expect((await world.busker.groupOf(id, 0)).leaked).toBe(1n);
        expect((await world.busker.releaseOf(id)).compromised).toBe(false);
      });

      it("credits the payee half, and keeps the artist's half until the slots close", async () => {
        const { release, world, money } = cast((await stage(locked)).release);
        await done(release.report(0, 0, PAYEE));
        expect(await money.credit(PAYEE)).toBe(ODD_DEPOSIT / 2n);
        expect([await money.credit(world.artist), await money.burned()]).toEqual([0n, 0n]);
      });
    });

    describe("when the keyholder has a fund", () => {
      it("emits LeakReported, Credited and Burned", async () => {
        const { release, world, id, keyholder, currency } = cast((await stage(locked)).release);
        await stake(release, keyholder);
        expectEvents(
          await done(release.report(0, 0, PAYEE)),
          world.address,
          ["LeakReported", id, keyholder.address, PAYEE, 0, 0, ODD_DEPOSIT, ODD_FUND],
          ["Credited", PAYEE, currency, ODD_DEPOSIT / 2n],
          ["Burned", currency, ODD_FUND - ODD_FUND / 2n],
        );
      });

      it("takes the whole fund: half waits for the payee, the rest is burned", async () => {
        const { release, money, keyholder } = cast((await stage(locked)).release);
        await stake(release, keyholder);
        await done(release.report(0, 0, PAYEE));
        expect(await money.part(keyholder, PAYEE)).toBe(ODD_FUND / 2n);
        expect(await money.burned()).toBe(ODD_FUND - ODD_FUND / 2n);
        const { fund, unpaidParts } = await money.account(keyholder);
        expect([fund, unpaidParts]).toEqual([0n, 1n]);
      });
    });

    describe("when the fund is a single unit", () => {
      it("burns it, and leaves no part to be paid", async () => {
        const { release, money, keyholder } = cast((await stage(locked)).release);
        await stake(release, keyholder, 1n);
        await done(release.report(0, 0, PAYEE));
        expect([await money.part(keyholder, PAYEE), await money.burned()]).toEqual([0n, 1n]);
        expect((await money.account(keyholder)).unpaidParts).toBe(0n);
      });
    });

    describe("when the keyholder has funds in other currencies", () => {
      it("leaves them alone", async () => {
        const { release, world, token } = await stage(inToken);
        const { money, keyholder, id } = cast(release);
        await stake(release, keyholder);
        await done(world.as(keyholder).stake(ZeroAddress, ETHER, { value: ETHER }));
        expectEvents(
          await done(release.report(0, 0, PAYEE)),
          world.address,
          ["LeakReported", id, keyholder.address, PAYEE, 0, 0, ODD_DEPOSIT, ODD_FUND],
          ["Credited", PAYEE, token, ODD_DEPOSIT / 2n],
          ["Burned", token, ODD_FUND - ODD_FUND / 2n],
        );
        expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).fund).toBe(ETHER);
        expect(await money.part(keyholder, PAYEE)).toBe(ODD_FUND / 2n);
        expect(await world.busker.slashedPartOf(keyholder.address, ZeroAddress, PAYEE)).toBe(0n);
        expect(await world.busker.burnedOf(ZeroAddress)).toBe(0n);
      });

      it("counts the unpaid part in all of them", async () => {
        const { release, world } = await stage(inToken);
        const { keyholder } = cast(release);
        await stake(release, keyholder);
        await done(release.report(0, 0, PAYEE));
        expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).unpaidParts).toBe(1n);
      });
    });

    describe("when the deposit is zero", () => {
      it("takes nothing, and marks the slot", async () => {
        const { world, release, id, keyholder } = cast((await stage(withoutDeposits)).release);
        expectEvents(await done(release.report(0, 0, PAYEE)), world.address, [
          "LeakReported",
          id,
          keyholder.address,
          PAYEE,
          0,
          0,
          0n,
          0n,
        ]);
        expect((await world.busker.slotOf(id, 0, 0)).leaked).toBe(true);
      });
    });
  });

  describe.each([
    ["a locked release", locked],
    ["a release in audit", audit],
    ["an open release", open],
  ])("given keys of one group of %s", (_given, reached) => {
    describe("when one less than the threshold is reported", () => {
      it("does not compromise the release", async () => {
        const { release, world } = await stage(reached);
        for (const i of [4, 0]) await done(release.report(1, i));
        expect((await world.busker.releaseOf(release.id)).compromised).toBe(false);
      });
    });

    describe("when keys of two groups together are as many as the threshold", () => {
      it("does not compromise the release", async () => {
        const { release, world } = await stage(reached);
        await done(release.report(0, 2));
        for (const i of [4, 0]) await done(release.report(1, i));
        expect((await world.busker.releaseOf(release.id)).compromised).toBe(false);
      });
    });

    describe("when the threshold is reported", () => {
      it("emits ReleaseCompromised after the payments, and compromises the release", async () => {
        const { release, world, id, currency } = cast((await stage(reached)).release);
        for (const i of [4, 0]) await done(release.report(1, i));
        const third = release.holders[1]![2]!;
        expectEvents(
          await done(release.report(1, 2, PAYEE)),
          world.address,
          ["LeakReported", id, third.address, PAYEE, 1, 2, ODD_DEPOSIT, 0],
          ["Credited", PAYEE, currency, ODD_DEPOSIT / 2n],
          ["ReleaseCompromised", id, 1],
        );
        expect((await world.busker.releaseOf(id)).compromised).toBe(true);
      });
    });

    describe("when more than the threshold are reported", () => {
      it("emits no further ReleaseCompromised", async () => {
        const { release, world, id, currency } = cast((await stage(reached)).release);
        for (const i of [0, 1]) await done(release.report(0, i));
        const third = release.holders[0]![2]!;
        expectEvents(
          await done(release.report(0, 2, PAYEE)),
          world.address,
          ["LeakReported", id, third.address, PAYEE, 0, 2, ODD_DEPOSIT, 0],
          ["Credited", PAYEE, currency, ODD_DEPOSIT / 2n],
        );
      });
    });
  });

  describe("given a release that was unlocked early", () => {
    around(
      "the end of the early dispute period",
      "takes the deposit",
      "reverts with Release_TooLate",
      async (offset) => {
        const { release, money, id, world } = cast((await stage(early)).release);
        const limit = (await release.unlockedAt()) + world.parameters.earlyDisputePeriod;
        await world.at(limit + offset);
        if (offset < 0) await done(release.report(0, 0, PAYEE));
        else await expectRevert(release.report(0, 0, PAYEE), "Release_TooLate", id, limit, limit + offset);
        expect(await money.credit(PAYEE)).toBe(offset < 0 ? ODD_DEPOSIT / 2n : 0n);
      },
    );

    describe("when the threshold is reported", () => {
      it("does not compromise it any more", async () => {
        const { release, world, id, currency } = cast((await stage(early)).release);
        await done(release.report(0, 0, PAYEE));
        const second = release.holders[0]![1]!;
        expectEvents(
          await done(release.report(0, 1, PAYEE)),
          world.address,
          ["LeakReported", id, second.address, PAYEE, 0, 1, ODD_DEPOSIT, 0],
          ["Credited", PAYEE, currency, ODD_DEPOSIT / 2n],
        );
        expect((await world.busker.releaseOf(id)).compromised).toBe(false);
      });
    });
  });

  describe.each([
    ["aborted in Locked", aborted, Failure.Aborted],
    ["aborted in Audit", abortedInAudit, Failure.Aborted],
    ["compromised", compromised, Failure.Compromised],
    ["cancelled", cancelled, Failure.Cancelled],
    ["expired", expired, Failure.Expired],
    ["fraud after an early unlock", earlyFraud, Failure.Fraud],
  ])("given a failed release: %s", (_how, reached, failure) => {
    describe.each([
      ["at once", 1],
      ["a year later", YEAR],
    ])("when reported %s", (_when, delay) => {
      it("takes the deposits of all groups", async () => {
        const { release, money, world, id } = cast((await stage(reached)).release);
        expect((await world.busker.releaseOf(id)).failure).toBe(BigInt(failure));
        await world.at((await world.now()) + delay);
        await done(release.report(0, 0, PAYEE));
        await done(release.report(1, 4, PAYEE));
        expect(await money.credit(PAYEE)).toBe((ODD_DEPOSIT / 2n) * 2n);
      });
    });
  });

  describe("given a release that nobody delivered", () => {
    around(
      "the end of the finality delay after fail",
      "reverts with Release_TooEarly",
      "takes the deposit",
      async (offset) => {
        const { release, money, world, id } = cast((await stage(undelivered)).release);
        const from = (await release.since()) + world.parameters.finalityDelay;
        await world.at(from + offset);
        if (offset >= 0) await done(release.report(1, 0, PAYEE));
        else await expectRevert(release.report(1, 0, PAYEE), "Release_TooEarly", id, from, from + offset);
        expect(await money.credit(PAYEE)).toBe(offset >= 0 ? ODD_DEPOSIT / 2n : 0n);
      },
    );

    describe("when a year has passed", () => {
      it("still takes the deposit", async () => {
        const { release, money, world } = cast((await stage(undelivered)).release);
        await world.at((await world.now()) + YEAR);
        await done(release.report(0, 0, PAYEE));
        expect(await money.credit(PAYEE)).toBe(ODD_DEPOSIT / 2n);
      });
    });

    describe("when the key was revealed in the finality delay", () => {
      it("reverts with Report_KeyRevealed", async () => {
        const { release, world, id } = cast((await stage(undelivered)).release);
        await done(release.reveal(0, 0));
        await world.at((await release.since()) + world.parameters.finalityDelay);
        await expectRevert(release.report(0, 0, PAYEE), "Report_KeyRevealed", id, 0, 0);
      });
    });

    describe("when the key was revealed after its window", () => {
      it("reverts with Report_KeyRevealed", async () => {
        const { release, world, id } = cast((await stage(funded)).release);
        await world.at(await release.startOf(1));
        await done(release.reveal(0, 0));
        await release.giveUp();
        await world.at((await release.since()) + world.parameters.finalityDelay);
        await expectRevert(release.report(0, 0, PAYEE), "Report_KeyRevealed", id, 0, 0);
      });
    });

    describe("when the slot was reported absent", () => {
      it("takes what is left of the deposit and of the fund", async () => {
        const { release, world, money, id, keyholder, currency } = cast((await stage(undelivered)).release);
        await stake(release, keyholder);
        await done(release.reportAbsence(0));
        await world.at((await release.since()) + world.parameters.finalityDelay);
        const deposit = ODD_DEPOSIT - ODD_DEPOSIT / 2n;
        const fund = ODD_FUND - ODD_FUND / 10n;
        const burned = await money.burned();
        expectEvents(
          await done(release.report(0, 0, PAYEE)),
          world.address,
          ["LeakReported", id, keyholder.address, PAYEE, 0, 0, deposit, fund],
          ["Credited", PAYEE, currency, deposit / 2n],
          ["Burned", currency, fund - fund / 2n],
        );
        expect(await money.burned()).toBe(burned + fund - fund / 2n);
        const after = await money.account(keyholder);
        expect([after.locked, after.fund, after.absent, after.leaked]).toEqual([0n, 0n, 1n, 1n]);
        expect(await money.part(keyholder, PAYEE)).toBe(fund / 2n);
      });
    });
  });

  describe("given a fraud that was proven after an unlock", () => {
    describe("when the group had started", () => {
      it("reverts with Report_GroupStarted", async () => {
        const { release, id } = await stage(fraud).then(({ release: made }) => cast(made));
        const start = await release.startOf(0);
        await expectRevert(release.report(0, 2, PAYEE), "Report_GroupStarted", id, 0, start);
      });
    });

    describe("when the group had not started", () => {
      it("takes the deposit", async () => {
        const { release, money } = cast((await stage(fraud)).release);
        await done(release.report(1, 2, PAYEE));
        expect(await money.credit(PAYEE)).toBe(ODD_DEPOSIT / 2n);
      });
    });

    describe("when the group would start after the unlock, and a year has passed", () => {
      it("takes the deposit", async () => {
        const { release, money, world } = cast((await stage(fraud)).release);
        await world.at((await world.now()) + YEAR);
        await done(release.report(1, 2, PAYEE));
        expect(await money.credit(PAYEE)).toBe(ODD_DEPOSIT / 2n);
      });
    });
  });

  describe("given closed slots", () => {
    async function closed() {
      const { world, release } = await stage(cancelled);
      const all = cast(release);
      await stake(release, all.keyholder);
      await world.at((await release.since()) + world.parameters.closeDelay);
      await done(all.as.closeSlots(release.id));
      return all;
    }

    describe("when there is a fund", () => {
      it("takes only the fund", async () => {
        const { release, world, money, id, keyholder, currency } = await closed();
        const before = await money.account(keyholder);
        const burned = await money.burned();
        expectEvents(
          await done(release.report(0, 0, PAYEE)),
          world.address,
          ["LeakReported", id, keyholder.address, PAYEE, 0, 0, 0, ODD_FUND],
          ["Burned", currency, ODD_FUND - ODD_FUND / 2n],
        );
        const after = await money.account(keyholder);
        expect([after.free, after.locked, after.fund]).toEqual([before.free, 0n, 0n]);
        expect(await money.part(keyholder, PAYEE)).toBe(ODD_FUND / 2n);
        expect(await money.credit(PAYEE)).toBe(0n);
        expect(await money.burned()).toBe(burned + ODD_FUND - ODD_FUND / 2n);
      });
    });

    describe("when the fund is empty", () => {
      it("emits LeakReported, and counts the leak", async () => {
        const { release, world, money, id } = await closed();
        const second = release.holders[0]![1]!;
        expectEvents(await done(release.report(0, 1, PAYEE)), world.address, [
          "LeakReported",
          id,
          second.address,
          PAYEE,
          0,
          1,
          0,
          0,
        ]);
        expect((await money.account(second)).leaked).toBe(1n);
      });
    });
  });

  describe("given a keyholder in two releases", () => {
    describe("when both of its keys are reported to one payee", () => {
      it("adds to the payee's part, which counts once", async () => {
        const { release, money, keyholder, world } = cast((await stage(locked)).release);
        const other = await (await Release.prepare(world, { nonce: 1n })).toLocked();
        await stake(release, keyholder);
        await done(release.report(0, 0, PAYEE));
        await stake(release, keyholder, 4n);
        await done(other.report(0, 0, PAYEE));
        expect(await money.part(keyholder, PAYEE)).toBe(ODD_FUND / 2n + 2n);
        expect((await money.account(keyholder)).unpaidParts).toBe(1n);
      });
    });

    describe("when they are reported to two payees", () => {
      it("keeps a part for each", async () => {
        const { release, money, keyholder, world } = cast((await stage(locked)).release);
        const other = await (await Release.prepare(world, { nonce: 1n })).toLocked();
        await stake(release, keyholder);
        await done(release.report(0, 0, PAYEE));
        await stake(release, keyholder, 4n);
        await done(other.report(0, 0, world.stranger.address));
        expect(await money.part(keyholder, PAYEE)).toBe(ODD_FUND / 2n);
        expect(await money.part(keyholder, world.stranger)).toBe(2n);
        const { unpaidParts, leaked } = await money.account(keyholder);
        expect([unpaidParts, leaked]).toEqual([2n, 2n]);
      });
    });

    describe("when it has as many unpaid parts as can be counted", () => {
      it("burns the whole fund", async () => {
        const { release, money, keyholder, world, currency } = cast((await stage(locked)).release);
        await stake(release, keyholder);
        // Nobody opens 65,535 slots here: the number is written into the keyholder's account (contracts/lifecycle/Storage.sol).
        const inner = keccak256(coder.encode(["address", "uint256"], [keyholder.address, ACCOUNTS]));
        const word = keccak256(coder.encode(["address", "bytes32"], [currency, inner]));
        const account = BigInt(await world.ethers.provider.getStorage(world.address, word));
        const full = toBeHex(account | (MOST_PARTS << PARTS_BIT), 32);
        await world.ethers.provider.send("hardhat_setStorageAt", [world.address, word, full]);
        expect((await money.account(keyholder)).unpaidParts).toBe(MOST_PARTS);
        const burned = await money.burned();
        await done(release.report(0, 0, PAYEE));
        expect(await money.burned()).toBe(burned + ODD_FUND);
        expect(await money.part(keyholder, PAYEE)).toBe(0n);
        const after = await money.account(keyholder);
        expect([after.unpaidParts, after.leaked, after.fund]).toEqual([MOST_PARTS, 1n, 0n]);
      });
    });
  });
});
