import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";

import { DRAW_HASH_KEPT_BLOCKS, dueDuties, dutyKey, foreseeDuties, isDue, isWanted } from "./duties.ts";
import type { FinalizedClock, GroupView, ReleaseView } from "./view.ts";

const periods = DEFAULT_PARAMETERS;
const T = 1_800_000_000;
const DEPOSIT = 1000n;
const RELEASE = `0x${"11".repeat(32)}`;

/** Group 0 is 2 of 3, group 1 is 2 of 4; this keyholder has slot 1 of group 0 unless told otherwise. */
function aView(changes: Partial<ReleaseView> = {}): ReleaseView {
  return {
    releaseId: RELEASE,
    currency: "0x0000000000000000000000000000000000000000",
    state: "Locked",
    since: T,
    drawBlock: 0,
    drawn: false,
    deadline: T + 30 * 86_400,
    unlockedAt: 0,
    early: false,
    failedBeforeSeal: false,
    compromised: false,
    bondForfeited: false,
    slotsClosed: false,
    groups: funded(0),
    own: [{ group: 0, index: 1, nonce: 0n, deposit: 1n, rank: 1 }],
    ...changes,
  };
}

/** Groups as the contract shows them, all that was revealed in its window: times zero before Funded. */
function funded(at: number, ...revealed: number[]): GroupView[] {
  const start = at === 0 ? 0 : at + periods.finalityDelay;
  const second = at === 0 ? 0 : start + periods.revealWindow;
  return [
    aGroup(3, revealed[0], start, second),
    aGroup(4, revealed[1], second, second === 0 ? 0 : second + periods.revealWindow),
  ];
}

function aGroup(size: number, revealed = 0, startsAt = 0, windowEndsAt = 0): GroupView {
  const nothing = { leaked: 0, absent: 0, bad: false, unlocked: false };
  const deposits = Array.from({ length: size }, () => DEPOSIT);
  return { threshold: 2, size, revealed, inWindow: revealed, ...nothing, startsAt, windowEndsAt, deposits };
}

const at = (time: number, block = 1000): FinalizedClock => ({ time, block });
const dueKinds = (view: ReleaseView, clock: FinalizedClock) =>
  dueDuties(view, periods, clock).map((duty) => duty.kind);
const inGroup = (group: number, index: number) => [{ group, index, nonce: 0n, deposit: 1n, rank: 5 }];

const start = T + periods.finalityDelay;
const end = start + periods.revealWindow;
const failsAt = end + periods.revealWindow + periods.failDelay;

/** Group 0 did not do its part, and group 1 unlocked the release a second after its start. */
function unlockedBy(_group: 1, served = 0): Partial<ReleaseView> {
  return {
    state: "Unlocked",
    since: end + 1,
    unlockedAt: end + 1,
    groups: absent({ revealed: served, inWindow: served }),
  };
}

function absent(changes: Partial<GroupView>): GroupView[] {
  const [first, second] = funded(T) as [GroupView, GroupView];
  return [
    { ...first, ...changes },
    { ...second, revealed: 0b0110, inWindow: 0b0110, unlocked: true },
  ];
}

describe("duties", () => {
  it.each<[string, Partial<ReleaseView>, FinalizedClock, string[]]>([
    ["nothing while the artist may seal", {}, at(T + periods.sealPeriod - 1), []],
    ["abort once it may not", {}, at(T + periods.sealPeriod), ["abort"]],
    ["nothing in the draw block", { state: "Audit", drawBlock: 1000 }, at(T), []],
    ["drawAudit after the draw block", { state: "Audit", drawBlock: 1000 }, at(T, 1001), ["drawAudit"]],
    ["no draw once drawn", { state: "Audit", drawBlock: 1000, drawn: true }, at(T, 1001), []],
    ["no draw of a forgotten block", { state: "Audit", drawBlock: 1 }, at(T, 2 + DRAW_HASH_KEPT_BLOCKS), []],
    ["abort of an unopened audit", { state: "Audit", drawn: true }, at(T + periods.auditPeriod), ["abort"]],
    ["nothing before the deadline", { state: "Open" }, at(T + 30 * 86_400 - 1), []],
    ["expire at the deadline", { state: "Open" }, at(T + 30 * 86_400), ["expire"]],
    ["nothing in the finality delay", { state: "Funded", groups: funded(T) }, at(start - 1), []],
    ["reveal from its end", { state: "Funded", groups: funded(T) }, at(start), ["reveal"]],
    ["reveal late, to open it still", { state: "Funded", groups: funded(T) }, at(end), ["reveal"]],
    ["no reveal twice", { state: "Funded", groups: funded(T, 0b010) }, at(start), []],
    [
      "no reveal in place of others",
      { state: "Funded", groups: funded(T, 0b101) },
      at(start),
      ["reveal", "unlock"],
    ],
    ["backup: nothing yet", { state: "Funded", groups: funded(T), own: inGroup(1, 0) }, at(end - 1), []],
    [
      "backup: reveal in turn",
      { state: "Funded", groups: funded(T), own: inGroup(1, 0) },
      at(end),
      ["reveal"],
    ],
    ["give up in the end", { state: "Funded", groups: funded(T, 0b010) }, at(failsAt), ["fail"]],
    [
      "reveal after the unlock, for the fee",
      { state: "Unlocked", since: start, unlockedAt: start, groups: funded(T, 0b101) },
      at(end - 1),
      ["reveal"],
    ],
    [
      "no reveal after the unlock and the window",
      { state: "Unlocked", since: start, unlockedAt: start, groups: funded(T, 0b101) },
      at(end),
      [],
    ],
    [
      "never a reveal of a group that never started",
      {
        state: "Unlocked",
        since: end - 1,
        unlockedAt: end - 1,
        groups: funded(T, 0b101),
        own: inGroup(1, 0),
      },
      at(end + 1),
      [],
    ],
    [
      "never a reveal after an early unlock",
      { state: "Unlocked", since: T, unlockedAt: T, early: true },
      at(T + 86_400),
      [],
    ],
    [
      "finalize after the dispute period",
      { state: "Unlocked", since: T, unlockedAt: T },
      at(T + periods.disputePeriod),
      ["finalize"],
    ],
    [
      "finalize later after an early unlock",
      { state: "Unlocked", since: T, unlockedAt: T, early: true },
      at(T + periods.disputePeriod),
      [],
    ],
    ["close slots after the delay", { state: "Failed" }, at(T + periods.closeDelay), ["closeSlots"]],
    ["not before it", { state: "Failed" }, at(T + periods.closeDelay - 1), []],
    [
      "close slots at once if never sealed",
      { state: "Failed", failedBeforeSeal: true },
      at(T),
      ["closeSlots"],
    ],
    ["abort at once when compromised", { state: "Open", compromised: true }, at(T), ["abort"]],
    ["abort before the seal when compromised", { compromised: true }, at(T), ["abort"]],
    [
      "report of the absent once a later group opened the release",
      { ...unlockedBy(1), own: inGroup(1, 0) },
      at(end + 1),
      ["reveal", "reportAbsence"],
    ],
    ["no report of itself", { ...unlockedBy(1), own: inGroup(0, 1) }, at(end + 1), []],
    [
      "a report by one of the group who was there",
      { ...unlockedBy(1, 0b010) },
      at(end + 1),
      ["reportAbsence"],
    ],
    [
      "a report by one whose key had leaked",
      { ...unlockedBy(1), groups: absent({ leaked: 0b010 }) },
      at(end + 1),
      ["reportAbsence"],
    ],
    [
      "no report of a group twice",
      { ...unlockedBy(1, 0b010), groups: absent({ absent: 0b101 }) },
      at(end + 1),
      [],
    ],
    [
      "no report of a badly dealt group",
      { ...unlockedBy(1), groups: absent({ bad: true }) },
      at(end + 1),
      [],
    ],
    [
      "reports of the absent of both groups in a failed release",
      { state: "Failed", since: failsAt, groups: funded(T, 0b010) },
      at(failsAt),
      ["reportAbsence", "reportAbsence"],
    ],
    [
      "a look for bad shares when more are there than the contract has tried",
      { state: "Unlocked", since: start, unlockedAt: start, groups: funded(T, 0b111) },
      at(start),
      ["proveBadDealing"],
    ],
    [
      "none once the bond is lost",
      { state: "Unlocked", since: start, unlockedAt: start, groups: funded(T, 0b111), bondForfeited: true },
      at(start),
      [],
    ],
    ["not twice", { state: "Failed", slotsClosed: true }, at(T + periods.closeDelay), []],
    ["nothing once settled", { state: "Settled" }, at(T + 10 ** 8), []],
    ["nothing without a slot", { own: [] }, at(T + 10 ** 8), []],
  ])("are: %s", (_, changes, clock, expected) => {
    expect(dueKinds(aView(changes), clock)).toEqual(expected);
  });

  it("have the share checked once after the seal", () => {
    const view = aView({ state: "Open" });
    const kinds = (checked: boolean) => foreseeDuties(view, periods, () => checked).map((duty) => duty.kind);
    expect(kinds(false)).toContain("checkShare");
    expect(kinds(true)).not.toContain("checkShare");
  });

  it("tell who goes first with what anyone may do, and let nobody wait with its own", () => {
    const [reveal, fail] = foreseeDuties(aView({ state: "Funded", groups: funded(T) }), periods);
    expect(reveal).toMatchObject({ kind: "reveal", rank: 0, deadline: end });
    expect(fail).toMatchObject({ kind: "fail", rank: 1 });
  });
});

/** Any release that the contract can show at a finalized block, with the moment it is looked at. */
const seconds = (most: number) => fc.integer({ min: 0, max: most });
const anyRelease = fc
  .record({
    state: fc.constantFrom<ReleaseView["state"]>(
      "Locked",
      "Audit",
      "Open",
      "Funded",
      "Unlocked",
      "Settled",
      "Failed",
    ),
    fundedAgo: seconds(20 * 86_400),
    unlockedAfter: seconds(10 * 86_400),
    early: fc.boolean(),
    revealed: fc.tuple(seconds(0b111), seconds(0b1111)),
    badAfter: fc.option(seconds(86_400)),
    slot: fc.constantFrom({ group: 0, index: 1 }, { group: 1, index: 3 }),
    leaked: fc.tuple(seconds(0b111), seconds(0b1111)),
    slotsClosed: fc.boolean(),
    now: seconds(60 * 86_400),
    drawBlock: fc.integer({ min: 0, max: 20_000 }),
    block: fc.integer({ min: 0, max: 20_000 }),
  })
  .map(({ state, early, badAfter, slot, now, drawBlock, block, ...drawn }) => {
    const { fundedAgo, unlockedAfter, revealed, leaked } = drawn;
    const isFunded = state === "Funded" || ((state === "Unlocked" || state === "Failed") && !early);
    const groups = funded(isFunded ? T - fundedAgo : 0, ...revealed).map((group, g) => ({
      ...group,
      leaked: leaked[g]! & ~group.revealed,
    }));
    const [first, second] = groups as [GroupView, GroupView];
    if (isFunded && badAfter !== null) {
      // A group proven bad while Funded lets the next one start at once.
      second.startsAt = Math.min(second.startsAt, first.startsAt + badAfter);
      second.windowEndsAt = second.startsAt + periods.revealWindow;
    }
    const unlockedAt = state === "Unlocked" ? (isFunded ? first.startsAt : T) + unlockedAfter : 0;
    const own = [{ ...slot, nonce: 0n, deposit: 1n, rank: slot.index }];
    const slotsClosed = state === "Failed" && drawn.slotsClosed;
    const since = state === "Failed" ? first.startsAt + unlockedAfter : T;
    const isEarly = state === "Unlocked" && early;
    const view = aView({ state, since, early: isEarly, groups, unlockedAt, drawBlock, slotsClosed, own });
    return { view, clock: at(T - 20 * 86_400 + now, block) };
  });

/** The contract's own rule, written anew from protocol.md. */
function contractAllowsReveal(
  view: ReleaseView,
  clock: FinalizedClock,
  group: number,
  index: number,
): boolean {
  const { startsAt, windowEndsAt, revealed } = view.groups[group]!;
  if (startsAt === 0 || clock.time < startsAt || (revealed & (1 << index)) !== 0) return false;
  if (view.state === "Funded") return true;
  const hasStarted = group === 0 || startsAt <= view.unlockedAt;
  return view.state === "Unlocked" && !view.early && hasStarted && clock.time < windowEndsAt;
}

/** Whom the contract would slash for a report of this group's absent slots, written anew from protocol.md. */
function slashedFor(view: ReleaseView, group: number): number[] {
  const { startsAt, windowEndsAt, threshold, size, inWindow, leaked, absent: reported } = view.groups[group]!;
  const { state, slotsClosed, unlockedAt, since } = view;
  if ((state !== "Unlocked" && state !== "Failed") || slotsClosed || startsAt === 0) return [];
  const wasNeeded = windowEndsAt <= (unlockedAt || since);
  const there = Array.from({ length: size }, (_, i) => i).filter((i) => (inWindow >> i) & 1);
  if (!wasNeeded || there.length >= threshold || view.groups[group]!.bad || reported !== 0) return [];
  return Array.from({ length: size }, (_, i) => i).filter((i) => !there.includes(i) && !((leaked >> i) & 1));
}

test("steps that anyone may take are left to others where the configuration says so, reveals are not", () => {
  const all = {
    drawAudit: true,
    abort: true,
    expire: true,
    unlock: true,
    proveBadDealing: true,
    fail: true,
    reportAbsence: true,
    finalize: true,
    closeSlots: true,
  };
  const duties = foreseeDuties(aView({ state: "Funded", groups: funded(T) }), periods);
  const kinds = (steps: typeof all) => duties.filter((duty) => isWanted(duty, steps)).map(({ kind }) => kind);
  expect(kinds(all)).toEqual(["reveal", "fail"]);
  expect(kinds({ ...all, fail: false })).toEqual(["reveal"]);
});

describe("duties, for any release", () => {
  it("report exactly the groups with absent slots of others, for a twentieth of half their deposits", () => {
    fc.assert(
      fc.property(anyRelease, ({ view, clock }) => {
        const expected = view.groups.flatMap((_, group) => {
          const slashed = slashedFor(view, group);
          const isOwn = view.own.some((slot) => slot.group === group && slashed.includes(slot.index));
          const amount = BigInt(slashed.length) * (DEPOSIT / 40n);
          return slashed.length === 0 || isOwn ? [] : [{ group, amount }];
        });
        const listed = dueDuties(view, periods, clock)
          .filter(({ kind }) => kind === "reportAbsence")
          .map(({ group, reward }) => ({ group, amount: reward!.amount }));
        expect(listed).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it("include a reveal exactly when the contract allows it at the finalized block", () => {
    fc.assert(
      fc.property(anyRelease, ({ view, clock }) => {
        const { group, index } = view.own[0]!;
        const listed = dueDuties(view, periods, clock).some((duty) => duty.kind === "reveal");
        expect(listed).toBe(contractAllowsReveal(view, clock, group, index));
      }),
      { numRuns: 3000 },
    );
  });

  it("never repeat one", () => {
    fc.assert(
      fc.property(anyRelease, ({ view, clock }) => {
        const keys = dueDuties(view, periods, clock, () => false).map(dutyKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it("that are due were foreseen before, at the same times", () => {
    fc.assert(
      fc.property(anyRelease, fc.integer({ min: 1, max: 10 ** 6 }), ({ view, clock }, later) => {
        const foreseen = foreseeDuties(view, periods);
        const then = { ...clock, time: clock.time + later };
        expect(dueDuties(view, periods, then)).toEqual(foreseen.filter((duty) => isDue(duty, then)));
      }),
    );
  });

  it("leave nothing but the settled, the closed and the waiting without an exit", () => {
    fc.assert(
      fc.property(anyRelease, ({ view }) => {
        const exits = foreseeDuties(view, periods).filter((duty) => duty.lapsesAt === null);
        expect(exits.length > 0).toBe(view.state !== "Settled" && !view.slotsClosed);
      }),
    );
  });
});
