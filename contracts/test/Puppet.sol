// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Does what its owner says, and with incoming coins what it was told to: take them, refuse them, burn all gas, or call
/// back.
contract Puppet {
    address private _target;
    bytes private _callback;
    bool private _refuses;
    bool private _burnsGas;
    bytes public lastError;

    error Refused();

    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        if (_refuses) revert Refused();
        if (_burnsGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (_target == address(0)) return;
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = _target.call(_callback);
        if (!done) lastError = answer;
    }

    function refuse() external {
        _refuses = true;
    }

    function burnGas() external {
        _burnsGas = true;
    }

    function callBack(address target, bytes calldata data) external {
        (_target, _callback) = (target, data);
    }

    function act(address target, uint256 value, bytes calldata data) external payable {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call{value: value}(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
