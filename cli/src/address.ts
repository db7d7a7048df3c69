import { getAddress, isAddress, ZeroAddress, type Signer } from "ethers";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";

/** An address that a person wrote. Names are not looked up: who answers for them could be paid instead. @throws BuskerError BAD_ADDRESS */
export function parseAddress(text: string): string {
  if (isAddress(text)) return getAddress(text);
  throw new BuskerError("BAD_ADDRESS", `"${text}" is not an address`, {
    hint: "An address is 0x and 40 hexadecimal digits; check it for a digit mistyped.",
  });
}

/** The address of somebody who is to get money. @throws BuskerError BAD_ADDRESS */
export function parseAccount(text: string): string {
  const address = parseAddress(text);
  if (address !== ZeroAddress) return address;
  throw new BuskerError("BAD_ADDRESS", "The zero address belongs to nobody: money sent there is lost", {
    hint: "Name the account that is to get it.",
  });
}

/** Who is paid: the account of --to, or the one that acts. */
export async function payee(client: { signer: Signer }, to: string | undefined): Promise<string> {
  return to === undefined ? client.signer.getAddress() : parseAccount(to);
}
