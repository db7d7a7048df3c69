// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A token of any number of decimals that misbehaves in the ways it was told to, and can be told to change them: as a
/// token does that is upgraded, or whose owner turns against its users.
contract QuirkyToken {
    /// Bits of `quirks`.
    uint256 public constant KEEPS_FEE = 1;
    uint256 public constant RETURNS_NOTHING = 2;
    /// Moves nothing and says so, instead of reverting.
    uint256 public constant RETURNS_FALSE = 4;
    /// Moves nothing and says that it did.
    uint256 public constant LIES = 8;
    uint256 public constant REVERTS_ON_ZERO = 16;
    /// An allowance can be changed only from zero or to zero.
    uint256 public constant APPROVES_FROM_ZERO = 32;
    /// Tells the sender before and the receiver after a transfer, where they are contracts.
    uint256 public constant CALLS_BACK = 64;
    uint256 public constant IS_PAUSED = 128;
    /// Every transfer brings the receiver twice the amount.
    uint256 public constant DOUBLES = 256;
    /// Every transfer halves what everybody has.
    uint256 public constant SHRINKS = 512;
    uint256 public constant BURNS_GAS = 1024;
    /// Answers with a number that is neither true nor false.
    uint256 public constant RETURNS_TWO = 2048;

    uint256 private constant WHOLE = 1e18;

    uint8 private immutable DECIMALS;
    uint256 public quirks;
    /// Whose transfers revert, to and from.
    mapping(address owner => bool isBlocked) public blocked;
    mapping(address owner => mapping(address spender => uint256 amount)) public allowance;
    /// What the re-entering call of the token itself was answered.
    bytes public lastError;

    mapping(address owner => uint256 amount) private _shares;
    uint256 private _perShare = WHOLE;
    address private _target;
    bytes private _callback;

    error Paused();
    error Blocked(address owner);
    error ZeroTransfer();
    error AllowanceNotZero(uint256 allowance);
    error BalanceTooLow(address owner, uint256 balance, uint256 needed);

    constructor(uint8 decimals_, uint256 quirks_) {
        DECIMALS = decimals_;
        quirks = quirks_;
    }

    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    function become(uint256 quirks_) external {
        quirks = quirks_;
    }

    function setBlocked(address owner, bool isBlocked) external {
        blocked[owner] = isBlocked;
    }

    /// Multiplies what everybody has.
    function rebase(uint256 numerator, uint256 denominator) external {
        _perShare = (_perShare * numerator) / denominator;
    }

    /// Calls `target` in every transfer, as itself.
    function reenter(address target, bytes calldata data) external {
        (_target, _callback) = (target, data);
    }

    function mint(address to, uint256 amount) external {
        _shares[to] += (amount * WHOLE) / _perShare;
    }

    function approve(address spender, uint256 amount) external {
        uint256 known = allowance[msg.sender][spender];
        if (_has(APPROVES_FROM_ZERO) && known != 0 && amount != 0) revert AllowanceNotZero(known);
        allowance[msg.sender][spender] = amount;
        _answer();
    }

    /// Takes everybody's word for it: tests of signatures are elsewhere.
    function permit(
        address owner,
        address spender,
        uint256 amount,
        uint256,
        uint8,
        bytes32,
        bytes32
    ) external {
        if (_has(IS_PAUSED)) revert Paused();
        allowance[owner][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function balanceOf(address owner) public view returns (uint256) {
        return (_shares[owner] * _perShare) / WHOLE;
    }

    function _move(address from, address to, uint256 amount) private {
        if (_has(IS_PAUSED)) revert Paused();
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        if (_has(REVERTS_ON_ZERO) && amount == 0) revert ZeroTransfer();
        if (_has(BURNS_GAS)) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (_has(RETURNS_FALSE | LIES)) return _answer();
        if (_has(CALLS_BACK)) _tell(from);
        uint256 balance = balanceOf(from);
        if (amount > balance) revert BalanceTooLow(from, balance, amount);
        uint256 brought = _has(KEEPS_FEE) ? amount - amount / 100 : amount;
        _shares[from] -= (amount * WHOLE) / _perShare;
        _shares[to] += ((_has(DOUBLES) ? brought * 2 : brought) * WHOLE) / _perShare;
        if (_has(SHRINKS)) _perShare /= 2;
        if (_has(CALLS_BACK)) _tell(to);
        if (_target != address(0)) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = _target.call(_callback);
            lastError = done ? bytes("") : answer;
        }
        _answer();
    }

    /// As the hooks of ERC-777 do; who does not want to be told does not fail it.
    function _tell(address owner) private {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = owner.call("");
        done;
    }

    function _has(uint256 quirk) private view returns (bool) {
        return quirks & quirk != 0;
    }

    /// Ends the call with what a token of these quirks returns.
    function _answer() private view {
        if (_has(RETURNS_NOTHING)) return;
        uint256 answer =
            _has(RETURNS_FALSE)
                ? 0
                : _has(RETURNS_TWO)
                    ? 2
                    : 1;
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 32)
        }
    }
}
