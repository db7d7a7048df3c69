import { isCallException, isError } from "ethers";
import { BuskerError, isBuskerError } from "../protocol/errors.ts";
import { errorMessages, type ContractErrorName } from "./errorMessages.ts";
import { buskerInterface } from "./interface.ts";

/** "0x" and the four bytes that name an error. */
const SELECTOR_LENGTH = 10;

/**
 * Makes a BuskerError of whatever a chain call threw. A contract's own error keeps its name as the code, e.g. Release_TooEarly.
 * Anything that is a BuskerError already passes through.
 */
export function toBuskerError(error: unknown): BuskerError {
  if (isBuskerError(error)) return error;
  if (isCallException(error)) return reverted(error.data ?? revertData(error), error);
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return new BuskerError(
      "INSUFFICIENT_FUNDS",
      "The account has too little money for this amount and the transaction fee",
      {
        hint: "Put more of the native coin into the account, or send less.",
        cause: error,
      },
    );
  }
  if (isError(error, "ACTION_REJECTED")) {
    return new BuskerError("REJECTED", "The wallet refused to sign", {
      hint: "Repeat the step and confirm it.",
      cause: error,
    });
  }
  if (isUnreachable(error)) {
    return new BuskerError("RPC_UNREACHABLE", "The chain endpoint does not answer", {
      hint: "Check the connection and repeat the step; the contract refuses what was done already.",
      cause: error,
    });
  }
  return new BuskerError("CHAIN_CALL_FAILED", `The chain refused the call: ${reasonOf(error)}`, {
    hint: "Check the account, the amount and the release, and repeat the step.",
    cause: error,
  });
}

/** What an error says without what was sent, which may hold a key: ethers adds that to its long messages. */
function reasonOf(error: unknown): string {
  const {
    error: answer,
    shortMessage,
    message,
  } = (error ?? {}) as {
    error?: { message?: string };
    shortMessage?: string;
    message?: string;
  };
  const reason = answer?.message ?? shortMessage ?? message ?? String(error);
  return reason.split("\n")[0]!.slice(0, 300);
}

/** Tells whether an error says that the endpoint did not answer, rather than what it answered. */
export function isUnreachable(error: unknown): boolean {
  if (isBuskerError(error)) return error.code === "RPC_UNREACHABLE";
  if (isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT") || isError(error, "SERVER_ERROR"))
    return true;
  // Node's own errors of a socket come through ethers as they are.
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^(E(CONN|PIPE|AI_|NET|HOST|TIMEDOUT|NOTFOUND)|UND_ERR)/.test(code);
}

/** Tells whether a BuskerError stands for one of these errors of the contract. */
export function isContractError(error: unknown, ...names: ContractErrorName[]): boolean {
  return names.some((name) => isBuskerError(error, name));
}

function reverted(data: string | null, cause: unknown): BuskerError {
  const parsed = data === null || data.length < SELECTOR_LENGTH ? null : buskerInterface.parseError(data);
  const text = parsed === null ? undefined : errorMessages[parsed.name as ContractErrorName];
  if (parsed === null || text === undefined) {
    return new BuskerError("CALL_REVERTED", "The contract refused the call without saying why", {
      hint: "A token without enough balance or allowance does this; check both.",
      cause,
    });
  }
  const args = parsed.args.toObject() as Record<string, unknown>;
  const hint = typeof text.next === "string" ? text.next : text.next(args);
  return new BuskerError(parsed.name, text.what(args), { hint, cause });
}

/** Nodes put the revert data of a refused transaction in different places of the RPC error. */
function revertData(error: object): string | null {
  const seen = new Set<unknown>();
  const search = (value: unknown): string | null => {
    if (typeof value !== "object" || value === null || seen.has(value)) return null;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      // What was sent, not what came back.
      if (key === "transaction" || key === "payload") continue;
      if (key === "data" && typeof inner === "string" && inner.length >= 10) return inner;
      const found = search(inner);
      if (found !== null) return found;
    }
    return null;
  };
  return search(error);
}

/** For `.catch`: throws what {@link toBuskerError} makes of a failed call. */
export function rethrow(error: unknown): never {
  throw toBuskerError(error);
}
