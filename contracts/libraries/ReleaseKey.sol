// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Multiplication on secp256k1 with the precompile for ecrecover: for a point Q,
/// ecrecover(0, 27 + parity(Q.y), Q.x, s * Q.x mod n) is the address of s * Q. Library wrappers around the precompile
/// refuse the upper half of the last argument, which half of all products have; so it is called as it is.
library ReleaseKey {
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    /// The generator; its y is even.
    bytes32 internal constant GENERATOR_X =
        0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;

    /// Address of `scalar` times the point with this x and parity of y.
    /// Zero when the scalar or x is not in [1, order - 1], or no point of the curve has this x.
    function multiply(bytes32 x, bool odd, bytes32 scalar) internal pure returns (address) {
        if (scalar == 0 || uint256(scalar) >= ORDER || x == 0 || uint256(x) >= ORDER) return address(0);
        return ecrecover(0, odd ? 28 : 27, x, bytes32(mulmod(uint256(scalar), uint256(x), ORDER)));
    }

    /// Address of a release key; zero when it is not in [1, order - 1].
    function addressOf(bytes32 releaseKey) internal pure returns (address) {
        return multiply(GENERATOR_X, false, releaseKey);
    }

    /// Whether `multiply` works with this point. The parity does not matter: both or neither are on the curve.
    function isPoint(bytes32 x) internal pure returns (bool) {
        return multiply(x, false, bytes32(uint256(1))) != address(0);
    }
}
