import { ZeroAddress } from "ethers";
import { expect, it } from "vitest";

import type { Policy } from "../policy.ts";
import { isEnough } from "./reward.ts";

const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const common = { maxDeposit: 0n, maxTotal: null, minFeeFloor: 0n, collateral: 0n };
const currencies: Policy["currencies"] = [
  { address: ZeroAddress, leastReward: 5n, ...common },
  { address: TOKEN, leastReward: 5n, ...common },
];

it.each([
  ["above fee and least reward, in the native coin", ZeroAddress, 106n, true],
  ["not above them", ZeroAddress, 105n, false],
  ["above the least reward, in a token: no fee is paid in it", TOKEN, 6n, true],
  ["not above that", TOKEN, 5n, false],
  [
    "in a currency that the keyholder does not take",
    "0x0000000000000000000000000000000000000001",
    10n ** 18n,
    false,
  ],
])("a reward is enough only %s", (_, currency, amount, expected) => {
  expect(isEnough({ currency, amount }, 100n, currencies)).toBe(expected);
});
