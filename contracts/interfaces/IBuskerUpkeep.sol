// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The steps that anyone may take, in the convention of keeper networks (Chainlink Automation's AutomationCompatibleInterface).
interface IBuskerUpkeep {
    /// Thrown when what is to be performed is not such a step.
    error Upkeep_UnknownStep(bytes4 selector);

    /// The first step that is due for one of these releases: drawAudit, abort, expire, unlock, fail, reportAbsence,
    /// finalize or closeSlots. Made to be simulated: looking for shares that unlock can take much gas.
    /// @param checkData abi.encode(bytes32[] releaseIds)
    /// @return upkeepNeeded whether there is one
    /// @return performData the call of that verb
    function checkUpkeep(
        bytes calldata checkData
    ) external view returns (bool upkeepNeeded, bytes memory performData);
    /// Takes a step in the caller's name. Who: anyone.
    /// Requirements: a call of one of the verbs above (Upkeep_UnknownStep); that verb's.
    /// Emits as that verb.
    function performUpkeep(bytes calldata performData) external;
}
