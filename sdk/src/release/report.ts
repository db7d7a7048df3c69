import { getAddress } from "ethers";
import type { Client } from "../chain/client.ts";
import { eventsIn } from "../chain/events.ts";
import { transact } from "../chain/transact.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { SignedReport } from "./signReport.ts";

/** What a proven leak took from the keyholder, in the release's currency: half of it is the payee's. */
export interface LeakReported {
  keyholder: string;
  deposit: bigint;
  fund: bigint;
  transaction: string;
}

/**
 * Sends a signed report: the keyholder of the slot loses its deposit and its reputation fund, and the payee named in it is credited.
 * Anyone; who sends it earns nothing.
 *
 * @throws BuskerError REPORT_ELSEWHERE when it is for another chain or contract, or with the contract's reason
 */
export async function report(client: Client, signed: SignedReport): Promise<LeakReported> {
  if (BigInt(signed.chainId) !== client.chainId || getAddress(signed.contract) !== client.address) {
    throw new BuskerError(
      "REPORT_ELSEWHERE",
      `The report is for contract ${signed.contract} on chain ${signed.chainId}, not for ${client.address} on chain ${client.chainId}`,
      { hint: "Connect to the chain and contract that the report names." },
    );
  }
  const { releaseId, group, index, payee, signature } = signed;
  const receipt = await transact(client.contract.report(releaseId, group, index, payee, signature));
  const [taken] = eventsIn(receipt, "LeakReported");
  return {
    keyholder: taken?.["keyholder"] as string,
    deposit: taken?.["deposit"] as bigint,
    fund: taken?.["fund"] as bigint,
    transaction: receipt.hash,
  };
}
