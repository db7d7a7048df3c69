import { abi } from "@busker/sdk/chain/generated/abi.ts";
import { Interface } from "ethers";
import { network } from "hardhat";

import module from "../../ignition/modules/Busker.ts";
import { annexCreation } from "./addresses.ts";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { Addresses, CreationCodes } from "./addresses.ts";

/** A deployment on a chain in this process, which costs nothing and leaves nothing. */
export interface Rehearsal {
  readonly connection: Awaited<ReturnType<typeof network.create>>;
  readonly addresses: Addresses;
  /** Of the three transactions together. */
  readonly gasUsed: bigint;
}

/**
 * What the contract has against these times: the first requirement of contracts/libraries/ParameterCheck.sol that they
 * do not meet.
 *
 * @returns null when they fit
 */
export async function unfitnessOf(codes: CreationCodes, times: Parameters): Promise<string | null> {
  const { provider } = await network.create("default");
  try {
    await provider.request({ method: "eth_call", params: [{ data: annexCreation(codes, times) }] });
    return null;
  } catch (error) {
    const data = (error as { data?: unknown }).data;
    const reason = typeof data === "string" ? new Interface(abi).parseError(data) : null;
    if (reason?.name !== "Parameters_Unfit") throw error;
    return `${reason.name}: ${reason.args[0]}`;
  }
}

/** Deploys these times with Ignition, as they would be on a public chain, on a new chain in this process. */
export async function rehearse(times: Parameters): Promise<Rehearsal> {
  const connection = await network.create("default");
  const { busker, extension, annex } = await connection.ignition.deploy(module, {
    parameters: { Busker: { times: { ...times } } },
    strategy: "create2",
  });
  const [Busker, BuskerExtension, BuskerAnnex] = await Promise.all(
    [busker, extension, annex].map(async (contract) => contract.getAddress()),
  );
  const addresses = { Busker: Busker!, BuskerExtension: BuskerExtension!, BuskerAnnex: BuskerAnnex! };
  const { provider } = connection.ethers;
  let gasUsed = 0n;
  // The factory itself, in the transaction before these, is on public chains already.
  const [sender] = await connection.ethers.getSigners();
  for (let number = await provider.getBlockNumber(); number > 0; number--) {
    const block = await provider.getBlock(number);
    for (const hash of block!.transactions) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt!.from === sender!.address) gasUsed += receipt!.gasUsed;
    }
  }
  return { connection, addresses, gasUsed };
}
