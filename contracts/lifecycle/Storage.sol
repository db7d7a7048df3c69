// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Account, Notice, Reputation} from "../types/Account.sol";
import {Pledge} from "../types/Pledge.sol";
import {ReleaseRecord} from "../types/Release.sol";

/// All storage, in one place: `Busker` and `BuskerExtension` work on the same words and must see them in the same order.
abstract contract Storage {
    mapping(bytes32 releaseId => ReleaseRecord record) internal _releases;
    mapping(bytes32 releaseId => mapping(address fan => Pledge pledge)) internal _pledges;
    mapping(bytes32 releaseId => mapping(address fan => Notice notice)) internal _unpledgeNotices;

    mapping(address keyholder => mapping(address currency => Account account)) internal _accounts;
    mapping(address keyholder => mapping(address currency => Notice notice)) internal _withdrawalNotices;
    mapping(address keyholder => mapping(address currency => Reputation reputation)) internal _reputations;
    /// In which it has or had collateral or slots: obligations end when they ended in all of them.
    mapping(address keyholder => address[] currencies) internal _currencies;
    /// Of slashed funds: paid when the keyholder itself could cash out.
    mapping(address keyholder => mapping(address currency => mapping(address payee => uint256 amount)))
        internal _slashedParts;
    /// 256 nonces a word, so that offers may be taken up in any order.
    mapping(address keyholder => mapping(uint256 word => uint256 bitmap)) internal _nonces;

    mapping(address owner => mapping(address currency => uint256 amount)) internal _credits;
    mapping(address currency => uint256 amount) internal _burned;
}
