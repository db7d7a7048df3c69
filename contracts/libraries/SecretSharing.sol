// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Shamir's secret sharing over GF(2^8), polynomial 0x11b, byte by byte over 32-byte words. Share i has abscissa i + 1.
library SecretSharing {
    /// Powers 0 to 254 of the generator 3.
    bytes private constant EXP =
        hex"0103050f113355ff1a2e7296a1f813355fe13848d87395a4f702060a1e2266aae5345ce43759eb266abed97090abe631"
        hex"53f5040c143c44cc4fd168b8d36eb2cd4cd467a9e03b4dd762a6f10818287888839eb9d06bbddc7f8198b3ce49db769a"
        hex"b5c457f9103050f00b1d2769bbd661a3fe192b7d8792adec2f7193aee92060a0fb163a4ed26db7c25de73256fa153f41"
        hex"c35ee23d47c940c05bed2c749cbfda759fbad564acef2a7e829dbcdf7a8e89809bb6c158e82365afea256fb1c843c554"
        hex"fc1f2163a5f407091b2d7799b0cb46ca45cf4ade798b8691a8e33e42c651f30e12365aee297b8d8c8f8a8594a7f20d17"
        hex"394bdd7c8497a2fd1c246cb4c752f6";
    /// Logarithms of 1 to 63, in two words; no abscissa and no difference of two is larger.
    uint256 private constant LOG_LOW = 0x0000190132021ac64bc71b6833eedf036404e00e348d81ef4c7108c8f8691cc1;
    uint256 private constant LOG_HIGH = 0x7dc21db5f9b9276a4de4a6729ac90978652f8a05210fe12412f082453593da8e;

    /// Interpolates at zero.
    /// @param indices of the shares: distinct and below 32
    /// @param shares the words, in the same order
    function combine(uint256[] memory indices, bytes32[] memory shares) internal pure returns (bytes32) {
        bytes memory exp = EXP;
        uint256 secret = 0;
        for (uint256 i = 0; i < indices.length; i++) {
            uint256 logarithm = _coefficientLog(indices, i);
            secret ^= _scale(uint256(shares[i]), uint8(exp[logarithm]));
        }
        return bytes32(secret);
    }

    /// Logarithm of the Lagrange coefficient at zero of share i: the product of x_j / (x_i + x_j) over j ≠ i.
    function _coefficientLog(uint256[] memory indices, uint256 i) private pure returns (uint256 logarithm) {
        // Sums stay below 255 * 32 * 2.
        unchecked {
            uint256 x = indices[i] + 1;
            for (uint256 j = 0; j < indices.length; j++) {
                if (j == i) continue;
                uint256 other = indices[j] + 1;
                logarithm += 255 + _log(other) - _log(x ^ other);
            }
            logarithm %= 255;
        }
    }

    function _log(uint256 value) private pure returns (uint256) {
        return
            value < 32
                ? (LOG_LOW >> (248 - 8 * value)) & 0xff
                : (LOG_HIGH >> (248 - 8 * (value - 32))) & 0xff;
    }

    /// Multiplies all 32 bytes of a word by one byte.
    function _scale(uint256 word, uint256 factor) private pure returns (uint256 product) {
        // Each byte's carry is at most 1 and 0x1b fits a byte, so no byte spills into its neighbour.
        unchecked {
            while (factor != 0) {
                if (factor & 1 == 1) product ^= word;
                uint256 carries =
                    (word >> 7) & 0x0101010101010101010101010101010101010101010101010101010101010101;
                word =
                    ((word << 1) & 0xfefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefe) ^
                    (carries * 0x1b);
                factor >>= 1;
            }
        }
    }
}
