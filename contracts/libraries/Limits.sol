// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Sizes that storage, terms and walks over them are laid out for.
library Limits {
    uint256 internal constant MAX_GROUPS = 4;
    uint256 internal constant MAX_SLOTS = 32;
    /// In which one keyholder can have accounts. Bounds the walk over them.
    uint256 internal constant MAX_CURRENCIES = 16;
}
