// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReleaseKey} from "./ReleaseKey.sol";

/// How a slot's share is encrypted: masked with a pad that only the ephemeral key or the slot's release key gives.
library Envelope {
    bytes32 private constant DOMAIN_ENVELOPE = keccak256("Busker envelope v1");

    /// The pad of one slot on this chain and contract.
    /// @param ephemeralX x coordinate of E = e·G
    /// @param ephemeralOdd whether its y is odd
    function pad(
        bytes32 releaseId,
        uint256 group,
        uint256 index,
        bytes32 ephemeralX,
        bool ephemeralOdd,
        bytes32 releaseKey
    ) internal view returns (bytes32) {
        address shared = ReleaseKey.multiply(ephemeralX, ephemeralOdd, releaseKey);
        return
            keccak256(
                abi.encode(DOMAIN_ENVELOPE, block.chainid, address(this), releaseId, group, index, shared)
            );
    }
}
