// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerAudit} from "../../contracts/interfaces/IBuskerAudit.sol";
import {IBuskerCollateral} from "../../contracts/interfaces/IBuskerCollateral.sol";
import {IBuskerConclusion} from "../../contracts/interfaces/IBuskerConclusion.sol";
import {IBuskerCreation} from "../../contracts/interfaces/IBuskerCreation.sol";
import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {ReleaseKey} from "../../contracts/libraries/ReleaseKey.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {Group as TermsGroup, Slot as TermsSlot, Terms} from "../../contracts/types/Terms.sol";
import {Dealer} from "./Dealer.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// Offer a work, deal its keys (badly, now and then), open the audit, take what was raised, give up.
abstract contract Artists is Stage {
    mapping(uint256 keyholder => mapping(uint256 nonce => bool used)) internal nonceUsed;
    uint256 private _nextNonce;

    /// An offer that is being made.
    struct Draft {
        Terms terms;
        bytes[] signatures;
        bytes32 id;
        uint256 artist;
        uint256 currency;
        uint256 slots;
        bool nonceTwice;
        bytes4 expected;
    }

    function create() internal {
        uint256 running = 0;
        for (uint256 n = 0; n < releases.length; n++) if (!isOver(releases[n])) running++;
        if (releases.length == MOST_RELEASES || running > 2) return;
        Draft memory draft;
        draft.terms = _terms();
        (draft.slots, draft.nonceTwice) = _fillSlots(draft.terms);
        draft.id = busker.releaseIdOf(draft.terms);
        draft.signatures = _sign(draft.terms, draft.id, draft.slots);
        draft.artist = _actorOf(draft.terms.artist);
        draft.currency = _currencyOf(draft.terms.currency);
        draft.expected = _createError(draft.terms, draft.artist, draft.currency, draft.nonceTwice);
        uint256 caller = draft.expected == 0 ? _mistake(draft) : draft.artist;
        _send(draft, caller);
        string memory broken = draft.nonceTwice ? "invariant10" : "invariant00";
        if (!foreseen("create", draft.expected, broken, "invariant00")) return;
        _remember(draft.terms, draft.id, draft.artist, draft.currency);
        _send(draft, draft.artist);
        require_(!done, "invariant10: create: the same release twice");
    }

    function _send(Draft memory draft, uint256 caller) private {
        bytes memory data = abi.encodeCall(busker.create, (draft.terms, draft.signatures));
        act(caller, draft.currency == 0 ? draft.terms.artistBond : 0, data);
    }

    /// @return caller mostly the artist
    function _mistake(Draft memory draft) private returns (uint256 caller) {
        uint256 kind = draw(30);
        caller = draft.artist;
        if (kind == 0) {
            caller = (draft.artist + 1) % ACTORS;
            draft.expected = IBuskerCreation.Create_NotArtist.selector;
        } else if (kind == 1) {
            draft.signatures[0] = signature(keys[1], ~draft.id);
            draft.expected = IBuskerCreation.Create_SignatureInvalid.selector;
        }
    }

    function _terms() private returns (Terms memory terms) {
        uint256 artist = anActor();
        uint256 c = draw(CURRENCIES);
        terms.artist = actors[artist];
        terms.currency = currencies[c];
        terms.goal = chance(8) ? 0 : uint104(1 + draw(2_000_000));
        terms.minPledge = chance(2) ? 0 : uint104(draw(1_000));
        terms.artistBond = uint104(anAmount(200_000));
        terms.feeFloor = uint104(anAmount(terms.artistBond));
        terms.feeBps = uint16(chance(4) ? anAmount(10_000) : draw(1_000));
        terms.reputationBps = uint16(anAmount(10_000));
        terms.chunkCount = uint32(1 + draw(5));
        terms.auditSamples = uint8(draw(terms.chunkCount + 1));
        terms.deadlinePolicy = uint8(draw(2));
        terms.createBy = uint40(block.timestamp + 1 + draw(100));
        terms.deadline = uint40(block.timestamp + times.minFundingPeriod + draw(1_000));
        bytes32 secret = keccak256(abi.encode("secret", releases.length, calls, draw(1 << 128)));
        terms.keyHash = Dealer.hashOf(secret);
        terms.archiveSalt = keccak256(abi.encode(secret));
        terms.archiveRoot = secret ^ terms.archiveSalt;
        _pending = secret;
        _pendingFraud = chance(3) ? uint8(1 + draw(terms.chunkCount)) : 0;
        (terms.chunkRoot, ) = Dealer.climb(
            leaves(secret, terms.archiveSalt, terms.chunkCount, _pendingFraud),
            0
        );
        uint256 shape = draw(5);
        uint256 smallest = chance(6) ? 0 : anAmount(50_000);
        uint8[6] memory sizes = [2, 2, 2, 3, 3, 4];
        if (shape == 0) terms.groups = _groups(sizes, 0, 1, smallest);
        if (shape == 1) terms.groups = _groups(sizes, 1, 1, smallest);
        if (shape == 2) terms.groups = _groups(sizes, 1, 2, smallest);
        if (shape == 3) terms.groups = _groups(sizes, 0, 2, smallest);
        if (shape == 4) terms.groups = _groups(sizes, 0, 3, smallest);
    }

    bytes32 private _pending;
    uint8 private _pendingFraud;

    function _groups(
        uint8[6] memory sizes,
        uint256 from,
        uint256 number,
        uint256 smallest
    ) private pure returns (TermsGroup[] memory groups) {
        groups = new TermsGroup[](number);
        for (uint256 g = 0; g < number; g++) {
            groups[g].threshold = sizes[2 * (from + g)];
            groups[g].slots = new TermsSlot[](sizes[2 * (from + g) + 1]);
            for (uint256 i = 0; i < groups[g].slots.length; i++)
                groups[g].slots[i].deposit = uint104(smallest + g);
        }
    }

    /// Any actors are keyholders, the artist as well as others.
    function _fillSlots(Terms memory terms) private returns (uint256 position, bool nonceTwice) {
        uint256 actor = anActor();
        bool reuse = chance(12);
        for (uint256 g = 0; g < terms.groups.length; g++) {
            for (uint256 i = 0; i < terms.groups[g].slots.length; i++) {
                TermsSlot memory slot = terms.groups[g].slots[i];
                slot.keyholder = actors[actor];
                slot.releaseKey = ReleaseKey.addressOf(releaseKeyOf(releases.length, position++));
                slot.nonce = reuse && _nextNonce > 0 ? draw(_nextNonce) : _nextNonce++;
                if (nonceUsed[actor][slot.nonce]) nonceTwice = true;
                actor = (actor + 1) % ACTORS;
            }
        }
    }

    /// The n-th slot's key of a release.
    function releaseKeyOf(uint256 release, uint256 position) internal pure returns (bytes32) {
        return keccak256(abi.encode("release key", release, position)) >> 1;
    }

    function _sign(
        Terms memory terms,
        bytes32 id,
        uint256 slots
    ) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](slots);
        uint256 position = 0;
        for (uint256 g = 0; g < terms.groups.length; g++) {
            for (uint256 i = 0; i < terms.groups[g].slots.length; i++) {
                uint256 actor = _actorOf(terms.groups[g].slots[i].keyholder);
                // A contract wallet's owner signs for it.
                signatures[position++] = signature(keys[actor] == 0 ? keys[0] : keys[actor], id);
            }
        }
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _createError(
        Terms memory terms,
        uint256 artist,
        uint256 c,
        bool nonceTwice
    ) private view returns (bytes4) {
        for (uint256 g = 0; g < terms.groups.length; g++) {
            for (uint256 i = 0; i < terms.groups[g].slots.length; i++) {
                TermsSlot memory slot = terms.groups[g].slots[i];
                uint256 actor = _actorOf(slot.keyholder);
                if (nonceUsed[actor][slot.nonce]) return IBuskerCreation.Create_NonceUsed.selector;
                if (accounts[actor][c].free < slot.deposit)
                    return IBuskerCollateral.Collateral_Insufficient.selector;
                if (partCount[actor] != 0) return IBuskerCollateral.Collateral_PartsUnpaid.selector;
            }
        }
        require_(!nonceTwice, "world: nonce");
        if (terms.artistBond != 0 && cannotPay(artist, c)) return refusal(c, false);
        return 0;
    }

    function _remember(Terms memory terms, bytes32 id, uint256 artist, uint256 c) private {
        touched = releases.length;
        Release storage r = releases.push();
        r.id = id;
        (r.artist, r.currency) = (uint8(artist), uint8(c));
        (r.goal, r.goalNow, r.minPledge) = (terms.goal, terms.goal, terms.minPledge);
        (r.bond, r.floor) = (terms.artistBond, terms.feeFloor);
        (r.feeBps, r.reputationBps) = (terms.feeBps, terms.reputationBps);
        (r.samples, r.policy, r.chunks) = (terms.auditSamples, terms.deadlinePolicy, uint8(terms.chunkCount));
        (r.secret, r.salt, r.fraud) = (_pending, terms.archiveSalt, _pendingFraud);
        r.deadline = terms.deadline;
        r.neverSealed = true;
        r.termsDigest = termsDigest(r);
        enter(r, State.Locked);
        held[c] += r.bond;
        for (uint256 g = 0; g < terms.groups.length; g++) {
            Group storage group = r.groups.push();
            TermsSlot[] memory slots = terms.groups[g].slots;
            (group.threshold, group.size) = (terms.groups[g].threshold, uint8(slots.length));
            group.first = r.slotCount;
            for (uint256 i = 0; i < slots.length; i++) _lock(r, slots[i]);
        }
    }

    function _lock(Release storage r, TermsSlot memory slot) private {
        uint256 actor = _actorOf(slot.keyholder);
        bytes32 key = releaseKeyOf(touched, r.slotCount++);
        r.slots.push(Slot(uint8(actor), slot.deposit, slot.nonce, key));
        nonceUsed[actor][slot.nonce] = true;
        Account storage account = accounts[actor][r.currency];
        account.free -= slot.deposit;
        account.locked += slot.deposit;
        account.openSlots++;
    }

    /// What of the terms may never change.
    function termsDigest(Release storage r) internal view returns (bytes32) {
        bytes memory money = abi.encode(
            actors[r.artist],
            currencies[r.currency],
            r.minPledge,
            r.bond,
            r.floor,
            r.feeBps,
            r.reputationBps
        );
        return
            keccak256(
                abi.encode(money, r.samples, r.policy, r.chunks, r.deadline, Dealer.hashOf(r.secret), r.salt)
            );
    }

    /// Leaves of the chunk tree; one of them may be of a fragment that was locked with another key.
    function leaves(
        bytes32 secret,
        bytes32 salt,
        uint256 number,
        uint256 fraud
    ) internal pure returns (bytes32[] memory all) {
        all = new bytes32[](number);
        for (uint256 j = 0; j < number; j++) {
            all[j] = Dealer.leaf(
                j,
                Dealer.hashOf(lockedWith(secret, salt, j, fraud)),
                ciphertextHash(salt, j)
            );
        }
    }

    /// The key that a fragment was locked with.
    function lockedWith(
        bytes32 secret,
        bytes32 salt,
        uint256 j,
        uint256 fraud
    ) internal pure returns (bytes32) {
        return Dealer.chunkKey(fraud == j + 1 ? ~secret : secret, salt, j);
    }

    function ciphertextHash(bytes32 salt, uint256 j) internal pure returns (bytes32) {
        return keccak256(abi.encode("ciphertext", salt, j));
    }

    function seal(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        if (r.state != State.Locked) expected = IBuskerRelease.Release_WrongState.selector;
        else if (caller != r.artist) expected = IBuskerRelease.Release_NotArtist.selector;
        else if (block.timestamp >= uint256(r.since) + times.sealPeriod)
            expected = IBuskerRelease.Release_TooLate.selector;
        bytes memory data = _deal(n, r, expected == 0);
        act(caller, 0, data);
        if (!foreseen("seal", expected)) return;
        r.neverSealed = false;
        r.drawBlock = block.number + times.drawDelay;
        enter(r, State.Audit);
    }

    /// Splits a key for every group, as a dishonest artist would in one group of four.
    function _deal(uint256 n, Release storage r, bool counts) private returns (bytes memory) {
        uint256 point = draw(4);
        bytes32[] memory envelopes = new bytes32[](r.slotCount);
        bytes32[] memory wraps = new bytes32[](r.groups.length);
        uint256 position = 0;
        for (uint256 g = 0; g < wraps.length; g++) {
            Group storage group = r.groups[g];
            uint256 corrupt = 0;
            if (chance(3)) corrupt = chance(4) ? 1 + draw((1 << group.size) - 1) : 1 << draw(group.size);
            bool wrapWrong = chance(16);
            if (counts) (group.corrupt, group.wrapWrong) = (uint32(corrupt), wrapWrong);
            bytes32 groupKey = keccak256(abi.encode("group key", n, g, r.secret));
            wraps[g] = Dealer.wrap(wrapWrong ? ~r.secret : r.secret, r.id, g, groupKey);
            for (uint256 i = 0; i < group.size; i++) {
                bytes32 y = Dealer.share(groupKey, keccak256(abi.encode(groupKey)), group.threshold, i + 1);
                if (has(corrupt, i)) y ^= keccak256(abi.encode("corrupt", n, i));
                envelopes[position] = y ^ _pad(r, g, i, position, point);
                position++;
            }
        }
        (bytes32 x, bool odd) = Dealer.ephemeral(point);
        return abi.encodeCall(busker.seal, (r.id, x, odd, envelopes, wraps));
    }

    function _pad(
        Release storage r,
        uint256 g,
        uint256 i,
        uint256 position,
        uint256 point
    ) private view returns (bytes32) {
        return Dealer.pad(address(busker), r.id, g, i, r.slots[position].releaseKey, point);
    }

    function openAudit(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        if (r.state != State.Audit) expected = IBuskerRelease.Release_WrongState.selector;
        else if (caller != r.artist) expected = IBuskerRelease.Release_NotArtist.selector;
        else if (block.timestamp >= uint256(r.since) + times.auditPeriod)
            expected = IBuskerRelease.Release_TooLate.selector;
        else if (r.samples > 0 && !r.drawn) expected = IBuskerAudit.Audit_NotDrawn.selector;
        bool wrong = expected == 0 && r.samples > 0 && chance(8);
        if (wrong) expected = IBuskerAudit.Audit_RootMismatch.selector;
        act(caller, 0, _opening(r, wrong));
        if (!foreseen("openAudit", expected)) return;
        enter(r, State.Open);
        if (r.goal == 0) fund(r);
    }

    function _opening(Release storage r, bool wrong) private view returns (bytes memory) {
        uint256 drawn = r.drawn ? Dealer.sample(r.seed, r.chunks, r.samples) : (1 << r.samples) - 1;
        bytes32[] memory chunkKeys = new bytes32[](r.samples);
        bytes32[] memory hashes = new bytes32[](r.samples);
        uint256 place = 0;
        for (uint256 j = 0; j < r.chunks; j++) {
            if (!has(drawn, j)) continue;
            chunkKeys[place] = lockedWith(r.secret, r.salt, j, r.fraud);
            if (wrong) chunkKeys[place] = ~chunkKeys[place];
            hashes[place++] = ciphertextHash(r.salt, j);
        }
        (, bytes32[] memory proof) = Dealer.climb(leaves(r.secret, r.salt, r.chunks, r.fraud), drawn);
        return abi.encodeCall(busker.openAudit, (r.id, chunkKeys, hashes, proof));
    }

    function acceptRaised(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 least = anAmount(r.raised + 1);
        bytes4 expected = openError(r);
        if (expected == 0 && caller != r.artist) expected = IBuskerRelease.Release_NotArtist.selector;
        else if (expected == 0 && r.compromised) expected = IBuskerRelease.Release_Compromised.selector;
        else if (expected == 0 && (r.raised == 0 || r.raised < least))
            expected = IBuskerConclusion.Accept_RaisedTooLow.selector;
        act(caller, 0, abi.encodeCall(busker.acceptRaised, (r.id, least)));
        if (!foreseen("acceptRaised", expected)) return;
        r.goalNow = r.raised;
        fund(r);
    }

    function cancel(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = openError(r);
        if (expected == 0 && caller != r.artist) expected = IBuskerRelease.Release_NotArtist.selector;
        act(caller, 0, abi.encodeCall(busker.cancel, (r.id)));
        if (!foreseen("cancel", expected)) return;
        forfeit(r);
        failed(r, Failure.Cancelled);
        note("Failed(Cancelled)");
    }

    /// Why a release does not take what needs it in Open before its deadline.
    function openError(Release storage r) internal view returns (bytes4) {
        if (r.state != State.Open) return IBuskerRelease.Release_WrongState.selector;
        return block.timestamp >= r.deadline ? IBuskerRelease.Release_TooLate.selector : bytes4(0);
    }

    function _actorOf(address account) internal view returns (uint256 actor) {
        while (actors[actor] != account) actor++;
    }

    function _currencyOf(address currency) internal view returns (uint256 c) {
        while (currencies[c] != currency) c++;
    }
}
