import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { Signature, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert, toObject } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, DEPOSIT, Release } from "./support/release.ts";
import { COLLATERAL, ready, readyWithToken, scene } from "./support/scenes.ts";
import { DAY, done, ETHER, stage } from "./support/world.ts";

import type { Wishes } from "./support/release.ts";

seedRandomness("create");

type GroupWish = NonNullable<Wishes["groups"]>;

async function preparing(wishes: Wishes = {}) {
  const { world } = await stage(ready);
  return { world, release: await Release.prepare(world, wishes) };
}

describe("create", () => {
  const locked = scene(async (release) => release.toLocked(), {
    shape: [
      [3, 5],
      [5, 8],
    ],
  });

  it("gives the EIP-712 digest of the terms as the release id", async () => {
    const { world, release } = await preparing();
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
      expect(await world.busker.isNonceUsed(keyholder, nonce + 1n)).toBe(false);
    }
    const collateral = COLLATERAL * BigInt(world.keyholders.length);
    expect(await world.balance(ZeroAddress, world.address)).toBe(collateral + BOND);
  });

  it("emits SlotLocked for each slot and ReleaseCreated with the terms", async () => {
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

  it("takes the bond in a token, exactly", async () => {
    const { world, token } = await stage(readyWithToken);
    const release = await Release.prepare(world, { terms: { currency: token } });
    const before = await world.balance(token, world.artist.address);
    await done(release.create());
    expect(await world.balance(token, world.artist.address)).toBe(before - BOND);
  });

  it("takes four groups of up to 32 slots", async () => {
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

  it("takes a group of 32 slots", async () => {
    const { world, release } = await preparing({ shape: [[32, 32]] });
    await done(release.create());
    expect(await release.state()).toBe(State.Locked);
    expect((await world.busker.slotOf(release.id, 0, 31)).keyholder).toBe(world.keyholder(31).address);
  });

  it("takes a keyholder's nonces in any order", async () => {
    const { world } = await stage(ready);
    for (const nonce of [300n, 0n, 255n, 256n, 2n ** 256n - 1n]) {
      const release = await Release.prepare(world, { nonce });
      await done(release.create());
    }
    const again = await Release.prepare(world, { nonce: 255n });
    await expectRevert(again.create(), "Create_NonceUsed", world.keyholder(0).address, 255n);
  });

  it("takes a zero bond with a zero fee floor, and a token that does not exist then", async () => {
    const { release } = await preparing({ terms: { artistBond: 0n, feeFloor: 0n } });
    await done(release.create());
    expect(await release.state()).toBe(State.Locked);
  });

  describe("signatures", () => {
    it("accepts compact ones (EIP-2098)", async () => {
      const { world, release } = await preparing();
      const compact = (await release.signatures()).map(
        (signature) => Signature.from(signature).compactSerialized,
      );
      await done(world.as(world.artist).create(release.struct, compact, { value: BOND }));
      expect(await release.state()).toBe(State.Locked);
    });

    it("accepts a contract wallet's (ERC-1271)", async () => {
      const { world } = await stage(ready);
      const owner = world.keyholder(0);
      const wallet = await world.deploy("ContractWallet", owner.address);
      const address = await wallet.getAddress();
      const deposit = world.busker.interface.encodeFunctionData("depositCollateral", [ZeroAddress, DEPOSIT]);
      await done(wallet.getFunction("act")(world.address, DEPOSIT, deposit, { value: DEPOSIT }));
      const byWallet: GroupWish = ([group]) => [
        {
          ...group!,
          slots: group!.slots.map((slot, i) => (i === 0 ? { ...slot, keyholder: address } : slot)),
        },
      ];
      const release = await Release.prepare(world, { groups: byWallet });
      await done(release.create());
      expect((await world.busker.slotOf(release.id, 0, 0)).keyholder).toBe(address);

      const other = await world.deploy("ContractWallet", world.stranger.address);
      const stranger = await other.getAddress();
      const refused = await Release.prepare(world, {
        nonce: 1n,
        groups: ([group]) => [
          {
            ...group!,
            slots: group!.slots.map((slot, i) => (i === 0 ? { ...slot, keyholder: stranger } : slot)),
          },
        ],
      });
      await expectRevert(refused.create(), "Create_SignatureInvalid", refused.id, 0, 0, stranger);
    });

    it("refuses one for another chain or another contract", async () => {
      const { world, release } = await preparing();
      const [good] = await release.signatures();
      for (const domain of [
        { ...world.domain, chainId: world.domain.chainId + 1n },
        { ...world.domain, contract: world.stranger.address },
      ]) {
        const signatures = [good!, ...(await release.signatures(domain)).slice(1)];
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          1,
          world.keyholder(1).address,
        );
      }
    });

    it("refuses one by somebody else, over other terms, malleable, cut short, empty, or of nobody", async () => {
      const { world, release } = await preparing();
      const signatures = await release.signatures();
      const other = await Release.prepare(world, { terms: { goal: 1n } });
      const [foreign] = await other.signatures();
      const { r, s, yParity } = Signature.from(signatures[0]);
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const highS = (order - BigInt(s)).toString(16).padStart(64, "0");
      const malleable = `${r}${highS}${yParity === 0 ? "1c" : "1b"}`;
      for (const wrong of [
        signatures[1]!,
        foreign!,
        malleable,
        signatures[0]!.slice(0, -4),
        "0x",
        `0x${"00".repeat(64)}`,
      ]) {
        await expectRevert(
          world.as(world.artist).create(release.struct, [wrong, ...signatures.slice(1)], { value: BOND }),
          "Create_SignatureInvalid",
          release.id,
          0,
          0,
          world.keyholder(0).address,
        );
      }
    });

    it("refuses a slot of nobody", async () => {
      const { world, release } = await preparing({
        groups: ([group]) => [
          {
            ...group!,
            slots: group!.slots.map((slot, i) => (i === 2 ? { ...slot, keyholder: ZeroAddress } : slot)),
          },
        ],
      });
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

    it("refuses more or fewer than there are slots", async () => {
      const { world, release } = await preparing();
      const signatures = await release.signatures();
      for (const wrong of [signatures.slice(1), [...signatures, signatures[0]!]]) {
        await expectRevert(
          world.as(world.artist).create(release.struct, wrong, { value: BOND }),
          "Create_SignatureCountWrong",
          wrong.length,
          5,
        );
      }
    });
  });

  describe("terms", () => {
    it("refuses another caller than the artist", async () => {
      const { world, release } = await preparing();
      await expectRevert(
        world.as(world.stranger).create(release.struct, await release.signatures(), { value: BOND }),
        "Create_NotArtist",
        world.stranger.address,
        world.artist.address,
      );
    });

    it("refuses the same terms twice", async () => {
      const { release } = await preparing();
      await done(release.create());
      await expectRevert(release.create(), "Create_ReleaseExists", release.id);
    });

    it("works until one second before createBy", async () => {
      for (const [offset, works] of [
        [-1, true],
        [0, false],
        [1, false],
      ] as const) {
        const { world, release } = await preparing();
        const time = release.terms.createBy + offset;
        await world.at(time);
        if (works) await done(release.create());
        else await expectRevert(release.create(), "Create_SignaturesLapsed", release.terms.createBy, time);
      }
    });

    it("takes deadlines from minFundingPeriod to maxFundingPeriod after it", async () => {
      const { minFundingPeriod, maxFundingPeriod } = DEFAULT_PARAMETERS;
      for (const [period, works] of [
        [minFundingPeriod - 1, false],
        [minFundingPeriod, true],
        [maxFundingPeriod, true],
        [maxFundingPeriod + 1, false],
      ] as const) {
        const { world } = await stage(ready);
        const time = (await world.now()) + 100;
        const deadline = time + period;
        const release = await Release.prepare(world, { terms: { deadline } });
        await world.at(time);
        if (works) await done(release.create());
        else {
          await expectRevert(
            release.create(),
            "Create_DeadlineOutOfRange",
            deadline,
            time + minFundingPeriod,
            time + maxFundingPeriod,
          );
        }
      }
    });

    const refused: readonly [string, Wishes["terms"], string, ...unknown[]][] = [
      ["a fee floor above the bond", { feeFloor: BOND + 1n }, "Create_FeeFloorAboveBond", BOND + 1n, BOND],
      ["a fee above the whole", { feeBps: 10_001 }, "Create_ShareAboveWhole", 10_001, 2000],
      ["a reputation part above the whole", { reputationBps: 10_001 }, "Create_ShareAboveWhole", 500, 10_001],
      ["an unknown deadline policy", { deadlinePolicy: 2 as 1 }, "Create_UnknownDeadlinePolicy", 2],
      ["more samples than chunks", { auditSamples: 12 }, "Create_ChunkCountTooSmall", 11, 12],
    ];
    it.each(refused)("refuses %s", async (_title, terms, error, ...args) => {
      const { release } = await preparing({ terms: terms! });
      await expectRevert(release.create(), error, ...args);
    });

    it("takes shares of exactly the whole, and as many samples as chunks", async () => {
      const { release } = await preparing({
        terms: { feeBps: 10_000, reputationBps: 10_000, auditSamples: 11 },
      });
      await done(release.create());
      expect(await release.state()).toBe(State.Locked);
    });

    it("refuses no chunks, no key hash and no chunk root", async () => {
      const { world, release } = await preparing();
      const { terms } = release;
      const as = world.as(world.artist);
      const value = { value: BOND };
      await expectRevert(
        as.create({ ...release.struct, chunkCount: 0, auditSamples: 0 }, [], value),
        "Create_ChunkCountTooSmall",
        0,
        0,
      );
      await expectRevert(
        as.create({ ...release.struct, keyHash: ZeroHash }, [], value),
        "Create_HashMissing",
        ZeroHash,
        terms.chunkRoot,
      );
      await expectRevert(
        as.create({ ...release.struct, chunkRoot: ZeroHash }, [], value),
        "Create_HashMissing",
        terms.keyHash,
        ZeroHash,
      );
    });
  });

  describe("groups", () => {
    const shapes: readonly [string, Wishes["shape"], string, ...unknown[]][] = [
      ["no group", [], "Create_GroupCountOutOfRange", 0, 4],
      [
        "five groups",
        [
          [2, 2],
          [2, 3],
          [2, 4],
          [2, 5],
          [2, 6],
        ],
        "Create_GroupCountOutOfRange",
        5,
        4,
      ],
      ["a threshold of one", [[1, 3]], "Create_GroupOutOfRange", 0, 1, 3],
      ["a threshold above the slots", [[4, 3]], "Create_GroupOutOfRange", 0, 4, 3],
      ["33 slots", [[2, 33]], "Create_GroupOutOfRange", 0, 2, 33],
      [
        "a backup with a smaller threshold",
        [
          [3, 5],
          [2, 8],
        ],
        "Create_GroupWeaker",
        1,
        2,
        8,
        2n * DEPOSIT,
        3n * DEPOSIT,
      ],
      [
        "a backup with as many slots",
        [
          [3, 5],
          [4, 5],
        ],
        "Create_GroupWeaker",
        1,
        4,
        5,
        4n * DEPOSIT,
        3n * DEPOSIT,
      ],
    ];
    it.each(shapes)("refuses %s", async (_title, shape, error, ...args) => {
      const { release } = await preparing({ shape: shape! });
      await expectRevert(release.create(), error, ...args);
    });

    const deposits =
      (...amounts: readonly bigint[][]): GroupWish =>
      (groups) =>
        groups.map((group, g) => ({
          ...group,
          slots: group.slots.map((slot, i) => ({ ...slot, deposit: amounts[g]![i]! * ETHER })),
        }));

    it("compares the smallest deposits of each group, in whatever order they are", async () => {
      const wishes = {
        shape: [
          [2, 3],
          [2, 4],
        ] as const,
      };
      const equal = await preparing({ ...wishes, groups: deposits([3n, 9n, 2n], [50n, 4n, 1n, 60n]) });
      await done(equal.release.create());
      const weaker = await preparing({ ...wishes, groups: deposits([3n, 9n, 2n], [50n, 60n, 3n, 1n]) });
      await expectRevert(weaker.release.create(), "Create_GroupWeaker", 1, 2, 4, 4n * ETHER, 5n * ETHER);
    });

    it("refuses a keyholder twice, also in different groups", async () => {
      const { world } = await stage(ready);
      const twice = world.keyholder(1).address;
      const inGroup = await Release.prepare(world, {
        groups: ([group]) => [
          {
            ...group!,
            slots: group!.slots.map((slot, i) => (i === 4 ? { ...slot, keyholder: twice, nonce: 9n } : slot)),
          },
        ],
      });
      await expectRevert(inGroup.create(), "Create_KeyholderTwice", twice);
      const across = await Release.prepare(world, {
        shape: [
          [2, 3],
          [2, 4],
        ],
        groups: (groups) =>
          groups.map((group, g) => ({
            ...group,
            slots: group.slots.map((slot, i) =>
              g === 1 && i === 0 ? { ...slot, keyholder: twice, nonce: 9n } : slot,
            ),
          })),
      });
      await expectRevert(across.create(), "Create_KeyholderTwice", twice);
    });

    it("refuses a release key twice or none", async () => {
      const { world } = await stage(ready);
      const plain = await Release.prepare(world);
      const first = plain.terms.groups[0]!.slots[0]!.releaseKey;
      const withKey =
        (releaseKey: string): GroupWish =>
        ([group]) => [
          { ...group!, slots: group!.slots.map((slot, i) => (i === 3 ? { ...slot, releaseKey } : slot)) },
        ];
      const twice = await Release.prepare(world, { groups: withKey(first) });
      await expectRevert(twice.create(), "Create_ReleaseKeyTwice", first);
      const none = await Release.prepare(world, { groups: withKey(ZeroAddress) });
      await expectRevert(none.create(), "Create_ReleaseKeyMissing", 0, 3);
    });

    it("refuses a deposit that the keyholder's free collateral does not cover", async () => {
      const { world } = await stage(ready);
      const deposit =
        (amount: bigint): GroupWish =>
        ([group]) => [
          {
            ...group!,
            slots: group!.slots.map((slot, i) => (i === 4 ? { ...slot, deposit: amount } : slot)),
          },
        ];
      const tooMuch = await Release.prepare(world, { groups: deposit(COLLATERAL + 1n) });
      const { address } = world.keyholder(4);
      await expectRevert(
        tooMuch.create(),
        "Collateral_Insufficient",
        address,
        ZeroAddress,
        COLLATERAL,
        COLLATERAL + 1n,
      );
      const all = await Release.prepare(world, { groups: deposit(COLLATERAL) });
      await done(all.create());
      expect((await world.busker.collateralOf(address, ZeroAddress)).free).toBe(0n);
    });
  });

  describe("bond", () => {
    it("refuses another value than the bond", async () => {
      const { world, release } = await preparing();
      const signatures = await release.signatures();
      for (const value of [0n, BOND - 1n, BOND + 1n]) {
        await expectRevert(
          world.as(world.artist).create(release.struct, signatures, { value }),
          "Currency_WrongValue",
          value,
          BOND,
        );
      }
    });

    it("refuses coins where the currency is a token", async () => {
      const { world, token } = await stage(readyWithToken);
      const release = await Release.prepare(world, { terms: { currency: token } });
      const signatures = await release.signatures();
      await expectRevert(
        world.as(world.artist).create(release.struct, signatures, { value: 1n }),
        "Currency_WrongValue",
        1n,
        0n,
      );
    });

    it("refuses a token that keeps a part of it", async () => {
      const { world } = await stage(ready);
      const token = await world.deployToken("FeeToken");
      const noDeposits: GroupWish = (groups) =>
        groups.map((group) => ({ ...group, slots: group.slots.map((slot) => ({ ...slot, deposit: 0n })) }));
      const release = await Release.prepare(world, { terms: { currency: token }, groups: noDeposits });
      await expectRevert(release.create(), "Currency_WrongAmount", token, (BOND * 99n) / 100n, BOND);
    });
  });

  it("counts the days of a keyholder from its first deposit", async () => {
    const { world } = await stage(ready);
    const { since, endedAt } = await world.busker.collateralOf(world.keyholder(0).address, ZeroAddress);
    expect(Number(since)).toBeGreaterThan((await world.now()) - DAY);
    expect(endedAt).toBe(0n);
  });
});
