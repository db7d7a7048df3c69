import { Contract, Signature, TypedDataEncoder, type TypedDataDomain } from "ethers";
import type { Client } from "./client.ts";
import { isNative, requireSigner } from "./currency.ts";
import { toBuskerError } from "./errors.ts";

/** A token holder's signature that lets the contract take an amount once (EIP-2612). */
export interface Permit {
  deadline: number;
  signature: Signature;
}

interface PermitToken {
  name(): Promise<string>;
  version(): Promise<string>;
  nonces(owner: string): Promise<bigint>;
  DOMAIN_SEPARATOR(): Promise<string>;
}

const PERMIT_ABI = [
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
];

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/**
 * Has the client's account sign that the contract may take `amount` of a token.
 *
 * @param deadline time of the chain until which it works
 * @returns null when the token has no permits, or none that can be told from what it says about itself
 * @throws BuskerError NO_ACCOUNT, REJECTED
 */
export async function signPermit(
  client: Client,
  token: string,
  amount: bigint,
  deadline: number,
): Promise<Permit | null> {
  const signer = requireSigner(client);
  if (isNative(token)) return null;
  const owner = await signer.getAddress();
  const contract = new Contract(token, PERMIT_ABI, client.provider) as unknown as PermitToken;
  const domain = await permitDomain(contract, client.chainId, token);
  const nonce = await contract.nonces(owner).catch(() => null);
  if (domain === null || nonce === null) return null;
  const permit = { owner, spender: client.address, value: amount, nonce, deadline };
  try {
    const signature = await signer.signTypedData(domain, PERMIT_TYPES, permit);
    return { deadline, signature: Signature.from(signature) };
  } catch (error) {
    throw toBuskerError(error);
  }
}

/** The domain that the token's permits are signed under: the usual one, if the token confirms it. */
async function permitDomain(
  token: PermitToken,
  chainId: bigint,
  verifyingContract: string,
): Promise<TypedDataDomain | null> {
  try {
    const [name, version, separator] = await Promise.all([
      token.name(),
      token.version().catch(() => "1"),
      token.DOMAIN_SEPARATOR(),
    ]);
    const domain = { name, version, chainId, verifyingContract };
    return TypedDataEncoder.hashDomain(domain) === separator ? domain : null;
  } catch {
    return null;
  }
}
