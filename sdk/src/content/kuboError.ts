import { BuskerError } from "../protocol/errors.ts";

/** What the client throws for an answer other than 200. */
interface HttpError extends Error {
  readonly response: Response;
}

const LONGEST_REASON = 300;

/** Tells whether Kubo said that it has not got a block and looks for it nowhere else. */
export function saysNotFound(error: unknown): boolean {
  return error instanceof Error && /block was not found locally|ipld: could not find/.test(error.message);
}

/** Turns what a call to a Kubo daemon threw into an error that says what to do about it. */
export function kuboError(url: URL, doing: string, error: unknown): unknown {
  if (error instanceof BuskerError || !(error instanceof Error)) return error;
  const status = error.name === "HTTPError" ? (error as HttpError).response.status : undefined;
  // 404: something else listens there
  if (status === 404 || (status === undefined && error instanceof TypeError)) {
    return new BuskerError("KUBO_UNREACHABLE", `Cannot ${doing}: no Kubo daemon answers at ${url.origin}.`, {
      hint: "Start it with `ipfs daemon`, and check that the address is that of its RPC API (by default http://127.0.0.1:5001).",
      cause: error,
    });
  }
  if (status === 401 || status === 403) {
    return new BuskerError(
      "KUBO_DENIED",
      `Cannot ${doing}: the Kubo daemon at ${url.origin} does not let us.`,
      {
        hint: "Give the access token that API.Authorizations in its configuration names, with /api/v0 among the allowed paths.",
        cause: error,
      },
    );
  }
  const reason = error.message.slice(0, LONGEST_REASON);
  if (reason.includes("no space left") || reason.includes("quota exceeded")) {
    return new BuskerError(
      "STORE_FULL",
      `Cannot ${doing}: the disk of the Kubo daemon at ${url.origin} is full.`,
      {
        hint: "Free some space there (unpin, then `ipfs repo gc`) and repeat the step: what is stored stays.",
        cause: error,
      },
    );
  }
  return new BuskerError(
    "KUBO_FAILED",
    `Cannot ${doing}: the Kubo daemon at ${url.origin} says "${reason}".`,
    {
      hint: "See what the daemon prints; if it is older than 0.30, update it.",
      cause: error,
    },
  );
}
