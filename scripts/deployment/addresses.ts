import { AbiCoder, concat, getCreate2Address, Interface, keccak256, zeroPadValue } from "ethers";
import { config } from "hardhat";

import { abi } from "@busker/sdk/chain/generated/abi.ts";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { PieceName } from "./pieces.ts";

/** CreateX, which is at this address on every chain it was brought to: https://createx.rocks */
export const FACTORY = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

export type Addresses = Readonly<Record<PieceName, string>>;

/** Of each piece, without constructor arguments. */
export type CreationCodes = Readonly<Record<PieceName, string>>;

/** The creation code of the annex with its argument. */
export function annexCreation(codes: CreationCodes, times: Parameters): string {
  // Encoded as the contract would answer them.
  const argument = new Interface(abi).encodeFunctionResult("parameters", [times]);
  return concat([codes.BuskerAnnex, argument]);
}

/** Where a deployment of these times is, whoever pays for it and on whichever chain. */
export function addressesOf(codes: CreationCodes, times: Parameters): Addresses {
  const annex = addressOf(annexCreation(codes, times));
  const extension = addressOf(concat([codes.BuskerExtension, zeroPadValue(annex, 32)]));
  const busker = addressOf(concat([codes.Busker, zeroPadValue(extension, 32)]));
  return { Busker: busker, BuskerExtension: extension, BuskerAnnex: annex };
}

function addressOf(creationCode: string): string {
  const { salt } = config.ignition.strategyConfig!.create2!;
  // The factory hashes a salt that names neither a sender nor a chain.
  const guarded = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32"], [salt]));
  return getCreate2Address(FACTORY, guarded, keccak256(creationCode));
}
