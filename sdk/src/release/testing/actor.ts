import type { Actor, World } from "../../../../test/contracts/support/world.ts";
import type { Client } from "../../chain/client.ts";

/** A client of the contract in this process, acting as somebody of its world. */
export function clientOf(world: World, actor: Actor): Client {
  return {
    contract: world.as(actor),
    provider: world.ethers.provider,
    signer: actor.signer,
    chainId: world.domain.chainId,
    address: world.address,
    domain: world.domain,
    parameters: world.parameters,
    fromBlock: 0,
  };
}
