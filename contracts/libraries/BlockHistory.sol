// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Hashes of past blocks: the last 256 by the opcode, the last 8,191 by the contract of EIP-2935 where a chain has it.
library BlockHistory {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 private constant OPCODE_BLOCKS = 256;

    /// Zero when the chain does not know the hash.
    /// @param number of a block before this one
    function hashOf(uint256 number) internal view returns (bytes32) {
        if (block.number - number <= OPCODE_BLOCKS) return blockhash(number);
        // What a failed call answers is no hash: some chains have a contract there that always reverts.
        // solhint-disable-next-line avoid-low-level-calls
        (bool known, bytes memory answer) = HISTORY.staticcall(abi.encode(number));
        return known && answer.length == 32 ? bytes32(answer) : bytes32(0);
    }
}
