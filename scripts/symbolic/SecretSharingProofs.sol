// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SecretSharing} from "../../contracts/libraries/SecretSharing.sol";

/// Proofs by Halmos for all 32 bytes of a share at once, whatever they hold. Which slots a set has is enumerated, not
/// symbolic: each set leads to constants.
contract SecretSharingProofs {
    /// The shares of a group add up, here of five slots.
    function check_sharesAddUp(bytes32[5] memory words) external pure {
        uint256[] memory indices = _run(5);
        bytes32[] memory shares = new bytes32[](5);
        bytes32 sum = 0;
        for (uint256 n = 0; n < 5; n++) {
            bytes32[] memory alone = new bytes32[](5);
            (shares[n], alone[n]) = (words[n], words[n]);
            sum ^= SecretSharing.combine(indices, alone);
        }
        assert(SecretSharing.combine(indices, shares) == sum);
    }

    function _run(uint256 length) private pure returns (uint256[] memory indices) {
        indices = new uint256[](length);
        for (uint256 n = 0; n < length; n++) indices[n] = n;
    }
}
