// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Puppet} from "./Puppet.sol";

/// A contract wallet that accepts its owner's ECDSA signatures (ERC-1271).
contract ContractWallet is Puppet, IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return
            ECDSA.recoverCalldata(hash, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
