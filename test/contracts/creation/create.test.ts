import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { Signature, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert, nameOfRevert, toObject } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, DEPOSIT, Release } from "../support/release.ts";
import { COLLATERAL, ready, readyWithToken, scene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Shape, Wishes } from "../support/release.ts";

seedRandomness("create");

type GroupWish = NonNullable<Wishes["groups"]>;
type Slot = Terms["groups"][number]["slots"][number];

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const { minFundingPeriod, maxFundingPeriod } = DEFAULT_PARAMETERS;

const locked = scene(async (release) => release.toLocked(), {
  shape: [
    [3, 5],
    [5, 8],
  ],
  // In the second word of the bitmap.
  nonce: 300n,
});

async function preparing(wishes: Wishes = {}) {
  const { world } = await stage(ready);
  return { world, release: await Release.prepare(world, wishes) };
}

/** Changes one slot. */
const withSlot =
  (group: number, index: number, change: Partial<Slot>): GroupWish =>
  (groups) =>
    groups.map((old, g) => ({
      ...old,
      slots: old.slots.map((slot, i) => (g === group && i === index ? { ...slot, ...change } : slot)),
    }));

/** Deposits of each group's slots, in ether. */
const withDeposits =
  (...amounts: readonly (readonly bigint[])[]): GroupWish =>
  (groups) =>
    groups.map((group, g) => ({
      ...group,
      slots: group.slots.map((slot, i) => ({ ...slot, deposit: amounts[g]![i]! * ETHER })),
    }));

/** A release prepared for a block at a known time, with a deadline this long after it. */
async function lasting(period: number) {
  const { world } = await stage(ready);
  const time = (await world.now()) + 100;
  const release = await Release.prepare(world, { terms: { deadline: time + period } });
  await world.at(time);
  return { world, release, range: [time + minFundingPeriod, time + maxFundingPeriod] };
}

/** A wallet contract of this owner, with collateral for one slot. */
async function walletOf(owner: string): Promise<string> {
  const { world } = await stage(ready);
  const wallet = await world.deploy("ContractWallet", owner);
  const deposit = world.busker.interface.encodeFunctionData("depositCollateral", [ZeroAddress, DEPOSIT]);
  await done(wallet.getFunction("act")(world.address, DEPOSIT, deposit, { value: DEPOSIT }));
  return wallet.getAddress();
}

describe("create", () => {
  describe("given a release of the same terms", () => {
    it("reverts with Create_ReleaseExists", async () => {
      const { release } = await preparing();
      await done(release.create());
      await expectRevert(release.create(), "Create_ReleaseExists", release.id);
    });
  });

  describe("given good terms and signatures", () => {
    it("gives the EIP-712 digest of the terms as the release id", async () => {
      const { world, release } = await preparing();
      const as = world.as(world.artist);
      const signatures = await release.signatures();
      expect(await as.create.staticCall(release.struct, signatures, { value: BOND })).toBe(release.id);
      expect(await world.busker.releaseIdOf(release.struct)).toBe(release.id);
    });

    it("stores what later steps need of the terms", async () => {
      const { world, release } = await stage(locked);
      const info = await world.busker.releaseOf(release.id);
      const { terms } = release;
      const now = BigInt(await world.now());
      expect(toObject(info)).toMatchObject({
        artist: terms.artist,
        currency: terms.currency,
        state: BigInt(State.Locked),
        failure: 0n,
        goal: terms.goal,
        raised: 0n,
        minPledge: terms.minPledge,
        artistBond: terms.artistBond,
        feeFloor: terms.feeFloor,
        feeBps: BigInt(terms.feeBps),
        reputationBps: BigInt(terms.reputationBps),
        auditSamples: BigInt(terms.auditSamples),
        deadlinePolicy: 0n,
        groupCount: 2n,
        chunkCount: BigInt(terms.chunkCount),
        createdAt: now,
        since: now,
        deadline: BigInt(terms.deadline),
        keyHash: terms.keyHash,
        archiveSalt: terms.archiveSalt,
        archiveRoot: terms.archiveRoot,
        chunkRoot: terms.chunkRoot,
        ephemeralX: ZeroHash,
        fundedAt: 0n,
        unlockedAt: 0n,
        early: false,
        drawn: false,
        bondForfeited: false,
        slotsClosed: false,
        drawBlock: 0n,
        auditSeed: ZeroHash,
        contentKey: ZeroHash,
      });
      for (const [g, group] of terms.groups.entries()) {
        const groupInfo = await world.busker.groupOf(release.id, g);
        expect([groupInfo.threshold, groupInfo.slotCount, groupInfo.startsAt]).toEqual([
          BigInt(group.threshold),
          BigInt(group.slots.length),
          0n,
        ]);
        for (const [i, slot] of group.slots.entries()) {
          const slotInfo = await world.busker.slotOf(release.id, g, i);
          expect([slotInfo.keyholder, slotInfo.releaseKey, slotInfo.deposit, slotInfo.revealed]).toEqual([
            slot.keyholder,
            slot.releaseKey,
            slot.deposit,
            false,
          ]);
        }
      }
    });

    it("locks every deposit, uses every nonce and takes the bond", async () => {
      const { world, release } = await stage(locked);
      for (const { keyholder, nonce } of release.terms.groups.flatMap(({ slots }) => slots)) {
        const info = await world.busker.collateralOf(keyholder, ZeroAddress);
        expect([info.free, info.locked, info.openSlots]).toEqual([COLLATERAL - DEPOSIT, DEPOSIT, 1n]);
        expect(await world.busker.isNonceUsed(keyholder, nonce)).toBe(true);
        for (const other of [nonce + 1n, nonce + 256n, nonce - 256n])
          expect(await world.busker.isNonceUsed(keyholder, other)).toBe(false);
      }
      const collateral = COLLATERAL * BigInt(world.keyholders.length);
      expect(await world.balance(ZeroAddress, world.address)).toBe(collateral + BOND);
    });

    it("emits SlotLocked for each slot, then ReleaseCreated with the terms", async () => {
      const { world, release } = await preparing({ shape: [[2, 3]] });
      const receipt = await done(release.create());
      const { terms } = release;
      expectEvents(
        receipt,
        world.address,
        ...terms.groups[0]!.slots.map((slot, i) => [
          "SlotLocked",
          release.id,
          slot.keyholder,
          slot.releaseKey,
          0,
          i,
        ]),
        [
          "ReleaseCreated",
          release.id,
          terms.artist,
          [
            ...Object.values(terms)
              .slice(0, -1)
              .map((value) => (typeof value === "number" ? BigInt(value) : value)),
            [[2n, terms.groups[0]!.slots.map((slot) => Object.values(slot))]],
          ],
        ],
      );
    });

    describe("when somebody else than the artist calls", () => {
      it("reverts with Create_NotArtist", async () => {
        const { world, release } = await preparing();
        await expectRevert(
          world.as(world.stranger).create(release.struct, await release.signatures(), { value: BOND }),
          "Create_NotArtist",
          world.stranger.address,
          world.artist.address,
        );
      });
    });

    describe("when there is too little gas to store the terms", () => {
      it("reverts with TermsCode_NotDeployed", async () => {
        const { world, release } = await preparing({
          shape: [
            [5, 8],
            [7, 11],
          ],
        });
        const signatures = await release.signatures();
        const names = new Set<string | undefined>();
        // How much it takes to reach the deployment of their code depends on the compiler; the deployment takes 300,000 more.
        for (let gasLimit = 100_000; gasLimit < 6_000_000; gasLimit += 100_000) {
          const overrides = { value: BOND, gasLimit };
          names.add(
            await nameOfRevert(
              world.as(world.artist).create.staticCall(release.struct, signatures, overrides),
            ),
          );
        }
        expect(names).toContain("TermsCode_NotDeployed");
      });
    });

    around("createBy", "creates the release", "reverts with Create_SignaturesLapsed", async (offset) => {
      const { world, release } = await preparing();
      const { createBy } = release.terms;
      await world.at(createBy + offset);
      if (offset < 0) await done(release.create());
      else await expectRevert(release.create(), "Create_SignaturesLapsed", createBy, createBy + offset);
      expect(await release.state()).toBe(offset < 0 ? State.Locked : State.None);
    });
  });

  describe("given other terms", () => {
    describe.each([
      ["one second less than the minFundingPeriod", minFundingPeriod - 1],
      ["one second more than the maxFundingPeriod", maxFundingPeriod + 1],
    ] as const)("when the deadline is %s away", (_title, period) => {
      it("reverts with Create_DeadlineOutOfRange", async () => {
        const { release, range } = await lasting(period);
        const call = release.create();
        await expectRevert(call, "Create_DeadlineOutOfRange", release.terms.deadline, ...range);
      });
    });

    describe.each([
      ["the minFundingPeriod", minFundingPeriod],
      ["one second more than the minFundingPeriod", minFundingPeriod + 1],
      ["one second less than the maxFundingPeriod", maxFundingPeriod - 1],
      ["the maxFundingPeriod", maxFundingPeriod],
    ] as const)("when the deadline is %s away", (_title, period) => {
      it("creates the release", async () => {
        const { release } = await lasting(period);
        await done(release.create());
        expect(await release.state()).toBe(State.Locked);
      });
    });

    const refused: readonly [string, string, NonNullable<Wishes["terms"]>, ...unknown[]][] = [
      [
        "the fee floor is above the bond",
        "Create_FeeFloorAboveBond",
        { feeFloor: BOND + 1n },
        BOND + 1n,
        BOND,
      ],
      ["the fee is above the whole", "Create_ShareAboveWhole", { feeBps: 10_001 }, 10_001, 2000],
      [
        "the reputation part is above the whole",
        "Create_ShareAboveWhole",
        { reputationBps: 10_001 },
        500,
        10_001,
      ],
      ["the deadline policy is unknown", "Create_UnknownDeadlinePolicy", { deadlinePolicy: 2 as 1 }, 2],
      ["there are more samples than fragments", "Create_ChunkCountTooSmall", { auditSamples: 12 }, 11, 12],
    ];
    describe.each(refused)("when %s", (_title, error, terms, ...args) => {
      it(`reverts with ${error}`, async () => {
        const { release } = await preparing({ terms });
        await expectRevert(release.create(), error, ...args);
      });
    });

    const bare: readonly [string, string, object, (terms: Terms) => unknown[]][] = [
      [
        "there are no fragments",
        "Create_ChunkCountTooSmall",
        { chunkCount: 0, auditSamples: 0 },
        () => [0, 0],
      ],
      [
        "the key hash is zero",
        "Create_HashMissing",
        { keyHash: ZeroHash },
        ({ chunkRoot }) => [ZeroHash, chunkRoot],
      ],
      [
        "the chunk root is zero",
        "Create_HashMissing",
        { chunkRoot: ZeroHash },
        ({ keyHash }) => [keyHash, ZeroHash],
      ],
    ];
    describe.each(bare)("when %s", (_title, error, change, args) => {
      it(`reverts with ${error}`, async () => {
        const { world, release } = await preparing();
        await expectRevert(
          world.as(world.artist).create({ ...release.struct, ...change }, [], { value: BOND }),
          error,
          ...args(release.terms),
        );
      });
    });

    describe.each([
      [
        "shares are the whole and all fragments are sampled",
        { feeBps: 10_000, reputationBps: 10_000, auditSamples: 11 },
      ],
      ["there is no bond and no fee floor", { artistBond: 0n, feeFloor: 0n }],
      ["nothing is sampled", { auditSamples: 0 }],
      ["there is no goal", { goal: 0n }],
    ])("when %s", (_title, terms) => {
      it("creates the release", async () => {
        const { release } = await preparing({ terms });
        await done(release.create());
        expect(await release.state()).toBe(State.Locked);
      });
    });
  });

  describe("given other groups", () => {
    const shapes: readonly [string, string, Shape, ...unknown[]][] = [
      ["there is no group", "Create_GroupCountOutOfRange", [], 0, 4],
      [
        "there are five groups",
        "Create_GroupCountOutOfRange",
        [
          [2, 2],
          [2, 3],
          [2, 4],
          [2, 5],
          [2, 6],
        ],
        5,
        4,
      ],
      ["a threshold is one", "Create_GroupOutOfRange", [[1, 3]], 0, 1, 3],
      ["a threshold is above the slots", "Create_GroupOutOfRange", [[4, 3]], 0, 4, 3],
      ["a group has 33 slots", "Create_GroupOutOfRange", [[2, 33]], 0, 2, 33],
      [
        "a backup has a smaller threshold",
        "Create_GroupWeaker",
        [
          [3, 5],
          [2, 8],
        ],
        1,
        2,
        8,
        2n * DEPOSIT,
        3n * DEPOSIT,
      ],
      [
        "a backup has as many slots as the group before it",
        "Create_GroupWeaker",
        [
          [3, 5],
          [4, 5],
        ],
        1,
        4,
        5,
        4n * DEPOSIT,
        3n * DEPOSIT,
      ],
    ];
    describe.each(shapes)("when %s", (_title, error, shape, ...args) => {
      it(`reverts with ${error}`, async () => {
        const { release } = await preparing({ shape });
        await expectRevert(release.create(), error, ...args);
      });
    });

    describe("when a backup's smallest deposits sum up to less, in whatever order they are", () => {
      it("reverts with Create_GroupWeaker", async () => {
        const { release } = await preparing({
          shape: [
            [2, 3],
            [2, 4],
          ],
          groups: withDeposits([3n, 9n, 2n], [50n, 60n, 3n, 1n]),
        });
        const call = release.create();
        await expectRevert(call, "Create_GroupWeaker", 1, 2, 4, 4n * ETHER, 5n * ETHER);
      });
    });

    describe("when a backup's smallest deposits sum up to as much", () => {
      it("creates the release", async () => {
        const { release } = await preparing({
          shape: [
            [2, 3],
            [2, 4],
          ],
          groups: withDeposits([3n, 9n, 2n], [50n, 4n, 1n, 60n]),
        });
        await done(release.create());
        expect(await release.state()).toBe(State.Locked);
      });
    });

    describe("when there are four groups", () => {
      it("creates the release", async () => {
        const { world, release } = await preparing({
          shape: [
            [2, 3],
            [3, 5],
            [5, 8],
            [7, 20],
          ],
        });
        await done(release.create());
        expect((await world.busker.groupOf(release.id, 3)).slotCount).toBe(20n);
        expect((await world.busker.slotOf(release.id, 3, 19)).keyholder).toBe(world.keyholder(35).address);
      });
    });

    describe("when a group has 32 slots", () => {
      it("creates the release", async () => {
        const { world, release } = await preparing({ shape: [[32, 32]] });
        await done(release.create());
        expect(await release.state()).toBe(State.Locked);
        expect((await world.busker.slotOf(release.id, 0, 31)).keyholder).toBe(world.keyholder(31).address);
      });
    });
  });

  describe("given other slots", () => {
    describe.each([
      ["one group", [[3, 5]] as Shape, 0, 4],
      [
        "two groups",
        [
          [2, 3],
          [2, 4],
        ] as Shape,
        1,
        0,
      ],
    ] as const)("when a keyholder has two slots in %s", (_title, shape, group, index) => {
      it("reverts with Create_KeyholderTwice", async () => {
        const { world } = await stage(ready);
        const keyholder = world.keyholder(1).address;
        const groups = withSlot(group, index, { keyholder, nonce: 9n });
        const release = await Release.prepare(world, { shape, groups });
        await expectRevert(release.create(), "Create_KeyholderTwice", keyholder);
      });
    });

    describe("when a release key stands for two slots", () => {
      it("reverts with Create_ReleaseKeyTwice", async () => {
        const { world, release: plain } = await preparing();
        const { releaseKey } = plain.terms.groups[0]!.slots[0]!;
        const release = await Release.prepare(world, { groups: withSlot(0, 3, { releaseKey }) });
        await expectRevert(release.create(), "Create_ReleaseKeyTwice", releaseKey);
      });
    });

    describe("when a release key is zero", () => {
      it("reverts with Create_ReleaseKeyMissing", async () => {
        const { release } = await preparing({ groups: withSlot(0, 3, { releaseKey: ZeroAddress }) });
        await expectRevert(release.create(), "Create_ReleaseKeyMissing", 0, 3);
      });
    });

    describe("when a nonce was used before", () => {
      it("reverts with Create_NonceUsed", async () => {
        const { world, release: first } = await preparing({ nonce: 255n });
        await done(first.create());
        const again = await Release.prepare(world, { nonce: 255n, terms: { goal: 1n } });
        await expectRevert(again.create(), "Create_NonceUsed", world.keyholder(0).address, 255n);
      });
    });

    describe("when nonces come in any order", () => {
      it("creates the releases", async () => {
        const { world } = await stage(ready);
        for (const nonce of [300n, 0n, 255n, 256n, 2n ** 256n - 1n]) {
          const release = await Release.prepare(world, { nonce });
          await done(release.create());
          expect(await release.state()).toBe(State.Locked);
        }
      });
    });

    describe("when a keyholder has not paid a part of its slashed fund", () => {
      it("reverts with Collateral_PartsUnpaid", async () => {
        const { world } = await stage(ready);
        const keyholder = world.keyholder(0);
        await done(world.as(keyholder).stake(ZeroAddress, ETHER, { value: ETHER }));
        const leaked = await (await Release.prepare(world)).toLocked();
        await done(leaked.report(0, 0));
        const release = await Release.prepare(world, { nonce: 1n });
        await expectRevert(release.create(), "Collateral_PartsUnpaid", keyholder.address, 1);
      });
    });

    describe("when a deposit is one unit above the keyholder's free collateral", () => {
      it("reverts with Collateral_Insufficient", async () => {
        const { world, release } = await preparing({ groups: withSlot(0, 4, { deposit: COLLATERAL + 1n }) });
        await expectRevert(
          release.create(),
          "Collateral_Insufficient",
          world.keyholder(4).address,
          ZeroAddress,
          COLLATERAL,
          COLLATERAL + 1n,
        );
      });
    });

    describe("when a deposit is all of the keyholder's free collateral", () => {
      it("creates the release", async () => {
        const { world, release } = await preparing({ groups: withSlot(0, 4, { deposit: COLLATERAL }) });
        await done(release.create());
        const { free } = await world.busker.collateralOf(world.keyholder(4).address, ZeroAddress);
        expect(free).toBe(0n);
      });
    });
  });

  describe("given other signatures", () => {
    describe.each([
      ["fewer", (all: string[]) => all.slice(1)],
      ["more", (all: string[]) => [...all, all[0]!]],
    ] as const)("when there are %s than slots", (_title, change) => {
      it("reverts with Create_SignatureCountWrong", async () => {
        const { world, release } = await preparing();
        const signatures = change(await release.signatures());
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value: BOND }),
          "Create_SignatureCountWrong",
          signatures.length,
          5,
        );
      });
    });

    describe.each([
      ["another chain", { chainId: 1n }],
      ["another contract", { contract: "0x00000000000000000000000000000000000c0FeE" }],
    ])("when one is for %s", (_title, change) => {
      it("reverts with Create_SignatureInvalid", async () => {
        const { world, release } = await preparing();
        const [good] = await release.signatures();
        const others = await release.signatures({ ...world.domain, ...change });
        await expectRevert(
          world.as(world.artist).create(release.struct, [good!, ...others.slice(1)], { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          1,
          world.keyholder(1).address,
        );
      });
    });

    const wrong: readonly [string, (own: string, others: string) => string][] = [
      ["by another keyholder", (_own, others) => others],
      ["malleable", malleable],
      ["cut short", (own) => own.slice(0, -4)],
      ["empty", () => "0x"],
      ["of nobody", () => `0x${"00".repeat(64)}`],
    ];
    describe.each(wrong)("when one is %s", (_title, change) => {
      it("reverts with Create_SignatureInvalid", async () => {
        const { world, release } = await preparing();
        const [own, others, ...rest] = await release.signatures();
        const signatures = [change(own!, others!), others!, ...rest];
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          0,
          world.keyholder(0).address,
        );
      });
    });

    describe("when one is over other terms", () => {
      it("reverts with Create_SignatureInvalid", async () => {
        const { world, release } = await preparing();
        const other = await Release.prepare(world, { terms: { goal: 1n } });
        const [foreign] = await other.signatures();
        const signatures = [foreign!, ...(await release.signatures()).slice(1)];
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          0,
          world.keyholder(0).address,
        );
      });
    });

    describe("when a slot is nobody's", () => {
      it("reverts with Create_SignatureInvalid", async () => {
        const { world, release } = await preparing({ groups: withSlot(0, 2, { keyholder: ZeroAddress }) });
        const signatures = await release.signatures();
        signatures[2] = `0x${"00".repeat(65)}`;
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          2,
          ZeroAddress,
        );
      });
    });

    describe("when a contract wallet does not accept it (ERC-1271)", () => {
      it("reverts with Create_SignatureInvalid", async () => {
        const { world } = await stage(ready);
        const keyholder = await walletOf(world.stranger.address);
        const release = await Release.prepare(world, { groups: withSlot(0, 0, { keyholder }) });
        await expectRevert(release.create(), "Create_SignatureInvalid", release.id, 0, 0, keyholder);
      });
    });

    describe("when a contract wallet accepts it (ERC-1271)", () => {
      it("creates the release", async () => {
        const { world } = await stage(ready);
        const keyholder = await walletOf(world.keyholder(0).address);
        const release = await Release.prepare(world, { groups: withSlot(0, 0, { keyholder }) });
        await done(release.create());
        expect((await world.busker.slotOf(release.id, 0, 0)).keyholder).toBe(keyholder);
      });
    });

    describe("when they are compact (EIP-2098)", () => {
      it("creates the release", async () => {
        const { world, release } = await preparing();
        const compact = (await release.signatures()).map(
          (signature) => Signature.from(signature).compactSerialized,
        );
        await done(world.as(world.artist).create(release.struct, compact, { value: BOND }));
        expect(await release.state()).toBe(State.Locked);
      });
    });
  });

  describe("given a bond in the native coin", () => {
    describe.each([
      ["nothing", 0n],
      ["one unit less", BOND - 1n],
      ["one unit more", BOND + 1n],
    ] as const)("when %s is sent", (_title, value) => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, release } = await preparing();
        await expectRevert(
          world.as(world.artist).create(release.struct, await release.signatures(), { value }),
          "Currency_WrongValue",
          value,
          BOND,
        );
      });
    });
  });

  describe("given a bond in a token", () => {
    it("takes it exactly", async () => {
      const { world, token } = await stage(readyWithToken);
      const release = await Release.prepare(world, { terms: { currency: token } });
      const before = await world.balance(token, world.artist.address);
      await done(release.create());
      expect(await world.balance(token, world.artist.address)).toBe(before - BOND);
    });

    describe("when coins are sent", () => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, token } = await stage(readyWithToken);
        const release = await Release.prepare(world, { terms: { currency: token } });
        await expectRevert(
          world.as(world.artist).create(release.struct, await release.signatures(), { value: 1n }),
          "Currency_WrongValue",
          1n,
          0n,
        );
      });
    });

    describe("when the token keeps a part of what it moves", () => {
      it("reverts with Currency_WrongAmount", async () => {
        const { world } = await stage(ready);
        const token = await world.deployToken("FeeToken");
        const groups = withDeposits([0n, 0n, 0n, 0n, 0n]);
        const release = await Release.prepare(world, { terms: { currency: token }, groups });
        await expectRevert(release.create(), "Currency_WrongAmount", token, (BOND * 99n) / 100n, BOND);
      });
    });
  });
});

/** The other signature that the same key and message have. */
function malleable(signature: string): string {
  const { r, s, yParity } = Signature.from(signature);
  const high = (ORDER - BigInt(s)).toString(16).padStart(64, "0");
  return `${r}${high}${yParity === 0 ? "1c" : "1b"}`;
}
