// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBusker} from "../../contracts/interfaces/IBusker.sol";
import {Parameters} from "../../contracts/types/Parameters.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {BlockingToken, PermitToken} from "./Tokens.sol";

/// What ought to be: the protocol's book, kept beside the contract by the rules of the protocol's page. Actors and currencies go
/// by their numbers.
abstract contract Ghost {
    struct Slot {
        uint8 keyholder;
        uint104 deposit;
        uint256 nonce;
        bytes32 releaseKey;
    }

    struct Group {
        uint8 threshold;
        uint8 size;
        /// Position of its first slot.
        uint8 first;
        uint32 revealed;
        uint32 inWindow;
        uint32 leaked;
        uint32 absent;
        /// Revealed when it was allowed, and not reported before.
        uint32 immune;
        /// Slots that got a wrong share.
        uint32 corrupt;
        /// No subset of shares gives the key.
        bool wrapWrong;
        bool bad;
        bool unlocked;
        uint40 badAt;
    }

    struct Pledged {
        uint256 amount;
        uint256 refunded;
        uint256 noticeAmount;
        uint40 noticeAt;
    }

    struct Release {
        bytes32 id;
        uint8 artist;
        uint8 currency;
        uint104 goal;
        uint104 minPledge;
        uint104 bond;
        uint104 floor;
        uint16 feeBps;
        uint16 reputationBps;
        uint8 samples;
        uint8 policy;
        uint8 chunks;
        /// Fragment that is locked with another key, plus one.
        uint8 fraud;
        uint8 slotCount;
        uint40 deadline;
        bytes32 secret;
        bytes32 salt;
        State state;
        Failure failure;
        bool drawn;
        bool compromised;
        bool forfeited;
        bool closed;
        bool neverSealed;
        uint40 since;
        uint40 fundedAt;
        uint40 unlockedAt;
        uint256 raised;
        uint256 goalNow;
        uint256 damages;
        uint256 refunded;
        /// What was raised when the release left Open.
        uint256 frozen;
        uint256 drawBlock;
        bytes32 seed;
        bytes32 termsDigest;
        Group[] groups;
        Slot[] slots;
    }

    struct Account {
        uint256 free;
        uint256 locked;
        uint256 fund;
        uint256 credit;
        uint256 openSlots;
        uint256 leaks;
        uint256 absences;
        uint256 noticeAmount;
        uint40 noticeAt;
        uint40 endedAt;
    }

    uint8 internal constant ACTORS = 9;
    uint8 internal constant CURRENCIES = 3;
    uint256 internal constant MOST_RELEASES = 7;

    IBusker internal busker;
    Parameters internal times;
    PermitToken internal permitToken;
    BlockingToken internal blockingToken;
    address[ACTORS] internal actors;
    uint256[ACTORS] internal keys;
    address[CURRENCIES] internal currencies;

    Release[] internal releases;
    mapping(uint256 release => mapping(uint256 actor => Pledged pledged)) internal pledges;
    mapping(uint256 actor => mapping(uint256 currency => Account account)) internal accounts;
    mapping(uint256 keyholder => mapping(uint256 currency => mapping(uint256 payee => uint256 amount)))
        internal parts;
    mapping(uint256 keyholder => uint256 count) internal partCount;
    uint256[CURRENCIES] internal partsTotal;
    uint256[CURRENCIES] internal burned;
    /// What the contract was paid, less what it paid out.
    uint256[CURRENCIES] internal held;

    /// The release and the currency that the last call was about.
    uint256 internal touched;
    bool internal everything;

    error Violated(string what);
    error Unforeseen(string verb, bytes4 expected, bytes4 refused);

    function credit(uint256 actor, uint256 currency, uint256 amount) internal {
        accounts[actor][currency].credit += amount;
    }

    function burn(uint256 currency, uint256 amount) internal {
        burned[currency] += amount;
    }

    function enter(Release storage r, State state) internal {
        if (r.state == State.Open) r.frozen = r.raised;
        (r.state, r.since) = (state, uint40(block.timestamp));
    }

    function fund(Release storage r) internal {
        enter(r, State.Funded);
        r.fundedAt = uint40(block.timestamp);
    }

    function failed(Release storage r, Failure failure) internal {
        enter(r, State.Failed);
        r.failure = failure;
    }

    function forfeit(Release storage r) internal {
        if (r.forfeited) return;
        r.forfeited = true;
        burn(r.currency, r.bond - forfeitedShare(r) * r.slotCount);
    }

    /// What each slot gets of a forfeited bond.
    function forfeitedShare(Release storage r) internal view returns (uint256) {
        return r.bond / 2 / r.slotCount;
    }

    function returnBond(Release storage r) internal {
        if (!r.forfeited) credit(r.artist, r.currency, r.bond);
    }

    function addDamages(Release storage r, uint256 amount) internal {
        if (r.state == State.Failed && r.raised == 0) burn(r.currency, amount);
        else r.damages += amount;
    }

    /// A part of what is taken from a keyholder's fund waits for somebody, the rest is burned.
    function slashFund(
        uint256 keyholder,
        uint256 currency,
        uint256 payee,
        uint256 taken,
        uint256 part
    ) internal {
        accounts[keyholder][currency].fund -= taken;
        burn(currency, taken - part);
        if (part == 0) return;
        if (parts[keyholder][currency][payee] == 0) partCount[keyholder]++;
        parts[keyholder][currency][payee] += part;
        partsTotal[currency] += part;
    }

    /// What is left of a slot's deposit.
    function left(Release storage r, uint256 group, uint256 index) internal view returns (uint256) {
        Group storage g = r.groups[group];
        uint256 deposit = r.slots[g.first + index].deposit;
        if (r.closed || has(g.leaked, index)) return 0;
        return has(g.absent, index) ? deposit - deposit / 2 : deposit;
    }

    /// The artist's half of a leaked deposit, which waits for the slots' closing.
    function leakedHalf(Release storage r, uint256 group, uint256 index) internal view returns (uint256) {
        Group storage g = r.groups[group];
        if (r.closed || !has(g.leaked, index)) return 0;
        uint256 deposit = r.slots[g.first + index].deposit;
        uint256 taken = has(g.absent, index) ? deposit - deposit / 2 : deposit;
        return taken - taken / 2;
    }

    function startOf(Release storage r, uint256 group) internal view returns (uint256 start) {
        start = uint256(r.fundedAt) + times.finalityDelay;
        for (uint256 g = 0; g < group; g++) {
            uint256 next = start + times.revealWindow;
            uint256 badAt = r.groups[g].badAt;
            start = badAt != 0 && badAt < next ? badAt : next;
        }
    }

    function failsAt(Release storage r) internal view returns (uint256) {
        return startOf(r, r.groups.length - 1) + times.revealWindow + times.failDelay;
    }

    function settlesAt(Release storage r) internal view returns (uint256) {
        return uint256(r.unlockedAt) + (r.fundedAt == 0 ? times.earlyDisputePeriod : times.disputePeriod);
    }

    /// Whether a group of a release that was Funded was called upon.
    function isActivated(Release storage r, uint256 group) internal view returns (bool) {
        return group == 0 || startOf(r, group) <= servedUntil(r);
    }

    function servedUntil(Release storage r) internal view returns (uint256) {
        if (r.state == State.Funded) return block.timestamp;
        return r.unlockedAt != 0 ? r.unlockedAt : r.since;
    }

    /// Whether these shares give the content key.
    function fits(Release storage r, uint256 group, uint256 bits) internal view returns (bool) {
        Group storage g = r.groups[group];
        return !g.wrapWrong && bits & g.corrupt == 0;
    }

    function has(uint256 bits, uint256 index) internal pure returns (bool) {
        return (bits >> index) & 1 == 1;
    }

    function count(uint256 bits) internal pure returns (uint256 n) {
        for (; bits != 0; bits &= bits - 1) n++;
    }

    /// Open slots of a keyholder in all currencies, and when the last obligation ended.
    function obligations(uint256 keyholder) internal view returns (uint256 open, uint256 ended) {
        for (uint256 c = 0; c < CURRENCIES; c++) {
            Account storage account = accounts[keyholder][c];
            open += account.openSlots;
            if (account.endedAt > ended) ended = account.endedAt;
        }
    }

    function violated(string memory what) internal pure {
        revert Violated(what);
    }

    function require_(bool holds, string memory what) internal pure {
        if (!holds) revert Violated(what);
    }
}
