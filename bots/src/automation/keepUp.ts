import { connect } from "@busker/sdk/chain/client.ts";
import { readOutlook } from "@busker/sdk/chain/readOutlook.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { isHexString } from "ethers";

import { submitter } from "../act/submit.ts";
import type { Outcome } from "../act/submit.ts";
import type { Config } from "../config.ts";
import { openWallet } from "../vault/openWallet.ts";
import { checkUpkeep, encodeCheckData, performUpkeep } from "./upkeep.ts";
import type { Upkeep } from "./upkeep.ts";

/** What a keeper network is told, and what there was to do. */
export interface KeptUp {
  checkData: string;
  steps: (Upkeep & { outcome?: Outcome })[];
}

/**
 * Looks for what is due for some releases, once.
 *
 * @param perform whether to take it too, and what is due after it, until nothing is
 * @throws BuskerError BAD_RELEASE_ID; Release_WrongState for a release that is not there; when the wallet or the chain do not allow it; or with the contract's reason
 */
export async function keepUp(config: Config, releaseIds: string[], perform: boolean): Promise<KeptUp> {
  for (const id of releaseIds) if (!isHexString(id, 32)) throw badId(id);
  const { rpc, contract, chainId } = config.chain;
  const client = await connect({
    rpc,
    contract,
    ...(perform ? { signer: await openWallet(config.wallet) } : {}),
    ...(chainId === undefined ? {} : { chainId: BigInt(chainId) }),
  });
  try {
    // The contract passes over ids that it does not know: a mistyped one would be looked after for nothing.
    await Promise.all(releaseIds.map(async (id) => readOutlook(client, id)));
    const steps: KeptUp["steps"] = [];
    const sender = submitter(client);
    for (;;) {
      const step = await checkUpkeep(client, releaseIds);
      if (step === null) break;
      if (!perform) {
        steps.push(step);
        break;
      }
      const outcome = await performUpkeep(sender, step);
      steps.push({ ...step, outcome });
      // A pending block may be ahead of the one that was checked.
      if (outcome.kind !== "done") break;
    }
    return { checkData: encodeCheckData(releaseIds), steps };
  } finally {
    client.provider.destroy();
  }
}

function badId(id: string): BuskerError {
  return new BuskerError("BAD_RELEASE_ID", `"${id}" is no release id`, {
    hint: "A release id is 0x and 64 hexadecimal digits: `busker release` lists them.",
  });
}
