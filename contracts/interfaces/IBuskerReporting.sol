// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Keyholders that leaked their release key, or did not reveal it in time.
interface IBuskerReporting {
    /// A release key was known before it was to be revealed.
    /// @param deposit what was taken of the deposit: half credited to the payee, half the artist's when the slots close
    /// @param fund what was taken of the reputation fund: half a slashed part of the payee, half burned
    event LeakReported(
        bytes32 indexed releaseId,
        address indexed keyholder,
        address indexed payee,
        uint8 group,
        uint8 index,
        uint256 deposit,
        uint256 fund
    );
    /// A threshold of this group's keys leaked: anyone can abort the release.
    event ReleaseCompromised(bytes32 indexed releaseId, uint8 group);
    /// A slot was not revealed in its window.
    /// @param deposit what was taken of the deposit: a twentieth to the reporter, the rest damages
    /// @param fund what was taken of the reputation fund: a twentieth a slashed part of the reporter, the rest burned
    event AbsenceReported(
        bytes32 indexed releaseId,
        address indexed keyholder,
        address indexed reporter,
        uint8 group,
        uint8 index,
        uint256 deposit,
        uint256 fund
    );

    /// Thrown when nobody would be paid.
    error Report_PayeeMissing(bytes32 releaseId);
    /// Thrown when the slot's key was proven leaked before.
    error Report_AlreadyReported(bytes32 releaseId, uint8 group, uint8 index);
    /// Thrown when the slot's key was revealed as it should be.
    error Report_KeyRevealed(bytes32 releaseId, uint8 group, uint8 index);
    /// Thrown when the group had started: its keys were to be revealed.
    error Report_GroupStarted(bytes32 releaseId, uint8 group, uint256 startedAt);
    /// Thrown when the signature is not by the slot's release key: `signer` is whose it is, zero when nobody's.
    error Report_SignatureInvalid(
        bytes32 releaseId,
        uint8 group,
        uint8 index,
        address signer,
        address expected
    );
    /// Thrown when the deposits went back: nothing is left to take.
    error Absence_SlotsClosed(bytes32 releaseId);
    /// Thrown when the release did not need this group: it never started, or its window had not ended, before the unlock.
    error Absence_GroupNotDue(bytes32 releaseId, uint8 group);
    /// Thrown when the group did its part, or the artist made that impossible: it unlocked the release, or was badly dealt.
    error Absence_GroupExcused(bytes32 releaseId, uint8 group);
    /// Thrown when the group's absent slots were reported before.
    error Absence_AlreadyReported(bytes32 releaseId, uint8 group);
    /// Thrown when all slots of the group are revealed or leak-slashed.
    error Absence_Nobody(bytes32 releaseId, uint8 group);

    /// Proves that a slot's release key is known to somebody before its time, and slashes its keyholder: the whole deposit
    /// while it is held, and the whole reputation fund in the release's currency. The signature names the payee, so
    /// anyone can send it for whoever made it.
    /// @param payee who gets half of what is taken: the deposit's half at once, the fund's when the keyholder could cash out
    /// @param signature by the release key over Report{releaseId, group, index, payee}: 65 bytes or EIP-2098
    /// @custom:rules Who: anyone. Requirements: a payee (Report_PayeeMissing); not reported before (Report_AlreadyReported); not
    /// revealed (Report_KeyRevealed); Locked, Audit or Open; or unlocked early, before unlockedAt + earlyDisputePeriod
    /// (Release_TooLate); or Failed: Undelivered from since + finalityDelay (Release_TooEarly), else a group that had not
    /// started (Report_GroupStarted); the signature (Report_SignatureInvalid).
    /// Emits LeakReported, Credited, Burned; ReleaseCompromised when it is the threshold-th of a group in Locked, Audit or Open.
    function report(
        bytes32 releaseId,
        uint8 group,
        uint8 index,
        address payee,
        bytes calldata signature
    ) external;
    /// Slashes all slots of a group that were not revealed in its window, when the release needed them: half of each deposit
    /// and a tenth of each fund. Leak-slashed slots have paid. The caller is rewarded.
    /// Who: anyone. Requirements: Unlocked or Failed (Release_WrongState); slots not closed (Absence_SlotsClosed); the window
    /// ended before the unlock or the failure (Absence_GroupNotDue); not the group that unlocked, and not proven badly dealt:
    /// a group with its threshold of reveals is one of the two (Absence_GroupExcused); not reported before
    /// (Absence_AlreadyReported); somebody was absent (Absence_Nobody).
    /// Emits AbsenceReported for each slot, Credited, Burned, DamagesAdded.
    function reportAbsence(bytes32 releaseId, uint8 group) external;
}
