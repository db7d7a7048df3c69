import type { JsonRpcProvider } from "ethers";

/** Blocks mined after a jump, so that it is finalized too. */
const FINALIZING_BLOCKS = 3;

/** Moves a development chain's clock forward and mines enough blocks to finalize it. */
export async function skipTime(provider: JsonRpcProvider, seconds: number): Promise<void> {
  await provider.send("evm_increaseTime", [seconds]);
  for (let i = 0; i < FINALIZING_BLOCKS; i++) await provider.send("evm_mine", []);
}
