// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Which fragments an audit opens.
library AuditSample {
    bytes32 internal constant DOMAIN_AUDIT = keccak256("Busker audit v1");

    /// Seed of a release's audit.
    function seedOf(bytes32 blockHash, bytes32 releaseId) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_AUDIT, blockHash, releaseId));
    }

    /// Floyd's sampling: `samples` distinct indices below `count`, every subset equally likely, ascending.
    /// @param samples at most `count`
    function draw(
        bytes32 seed,
        uint256 count,
        uint256 samples
    ) internal pure returns (uint256[] memory indices) {
        indices = new uint256[](samples);
        // samples ≤ count, and no index or position exceeds count.
        unchecked {
            for (uint256 n = 0; n < samples; n++) {
                uint256 upper = count - samples + n;
                uint256 drawn = uint256(keccak256(abi.encode(seed, n))) % (upper + 1);
                uint256 place = n;
                while (place > 0 && indices[place - 1] > drawn) place--;
                if (place > 0 && indices[place - 1] == drawn) {
                    // Everything drawn before is below `upper`.
                    indices[n] = upper;
                } else {
                    for (uint256 i = n; i > place; i--) indices[i] = indices[i - 1];
                    indices[place] = drawn;
                }
            }
        }
    }
}
