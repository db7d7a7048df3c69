import { concat, Interface, type Signer, zeroPadValue } from "ethers";
import { DEFAULT_PARAMETERS, type Parameters } from "../protocol/parameters.ts";
import { abi } from "./generated/abi.ts";
import { bytecode } from "./generated/bytecode.ts";
import { toBuskerError } from "./errors.ts";

/**
 * Deploys a contract of its own, for a local chain or a test: the three pieces of its code, the last of which is the
 * contract.
 *
 * @returns its address and the block it is in
 */
export async function deploy(
  signer: Signer,
  parameters: Parameters = DEFAULT_PARAMETERS,
): Promise<{ address: string; blockNumber: number }> {
  const create = async (code: string, argument: string) => {
    const transaction = await signer.sendTransaction({ data: concat([code, argument]) });
    const receipt = await transaction.wait();
    return { address: receipt!.contractAddress!, blockNumber: receipt!.blockNumber };
  };
  try {
    // The times are encoded as the contract would answer them.
    const times = new Interface(abi).encodeFunctionResult("parameters", [parameters]);
    const annex = await create(bytecode.BuskerAnnex, times);
    const extension = await create(bytecode.BuskerExtension, zeroPadValue(annex.address, 32));
    return await create(bytecode.Busker, zeroPadValue(extension.address, 32));
  } catch (error) {
    throw toBuskerError(error);
  }
}
