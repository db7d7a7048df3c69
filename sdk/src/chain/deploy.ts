import { ContractFactory, type Signer } from "ethers";
import { DEFAULT_PARAMETERS, type Parameters } from "../protocol/parameters.ts";
import { abi } from "./generated/abi.ts";
import { bytecode } from "./generated/bytecode.ts";
import { toBuskerError } from "./errors.ts";

/**
 * Deploys a contract of its own, for a local chain or a test.
 *
 * @returns its address and the block it is in
 */
export async function deploy(
  signer: Signer,
  parameters: Parameters = DEFAULT_PARAMETERS,
): Promise<{ address: string; blockNumber: number }> {
  try {
    const contract = await new ContractFactory(abi, bytecode, signer).deploy(parameters);
    const receipt = await contract.deploymentTransaction()!.wait();
    return { address: await contract.getAddress(), blockNumber: receipt!.blockNumber };
  } catch (error) {
    throw toBuskerError(error);
  }
}
