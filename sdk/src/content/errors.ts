import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";

/** The error for a block that nobody has. `why` completes the sentence. */
export function notFound(cid: CID, why: string, cause?: unknown): BuskerError {
  return new BuskerError("CONTENT_NOT_FOUND", `Block ${cid} could not be had: ${why}.`, {
    hint: "Connect to a node that has this archive (the artist, a keyholder or another fan), then try again.",
    cause,
  });
}

/** The error for a block whose bytes are not those of its CID. `who` begins "… other bytes". */
export function corrupt(cid: CID, who: string): BuskerError {
  return new BuskerError("CONTENT_CORRUPT", `Block ${cid} is not what it should be: ${who} other bytes.`, {
    hint: "Fetch it from another node; if this happens again with the same one, do not use that node.",
  });
}

/** Turns an error of the file system into one that says what to do about it; passes other errors on. */
export function storeError(directory: string, doing: string, error: unknown): unknown {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BuskerError("STORE_FULL", `Cannot ${doing}: the disk that holds ${directory} is full.`, {
      hint: "Free some space (unpin archives, then collect garbage) and repeat the step: what is stored stays.",
      cause: error,
    });
  }
  if (code === "EMFILE" || code === "ENFILE") {
    return new BuskerError("STORE_UNUSABLE", `Cannot ${doing}: too many files are open on this machine.`, {
      hint: "Close other programs or raise the limit (ulimit -n), then repeat the step.",
      cause: error,
    });
  }
  if (
    code === "EACCES" ||
    code === "EPERM" ||
    code === "EROFS" ||
    code === "ENOTDIR" ||
    code === "EISDIR" ||
    code === "EIO"
  ) {
    return new BuskerError("STORE_UNUSABLE", `Cannot ${doing}: ${directory} gave ${code}.`, {
      hint: "Check that the directory is a folder that you may write to, and that its disk is in order.",
      cause: error,
    });
  }
  if (name === "QuotaExceededError") {
    return new BuskerError(
      "STORE_FULL",
      `Cannot ${doing}: the browser gives this site no more space for ${directory}.`,
      {
        hint:
          "Free some space on the disk, or remove archives that this site keeps (unpin, then collect garbage), and repeat the step: " +
          "what is stored stays. Private windows have less space than others.",
        cause: error,
      },
    );
  }
  if (name === "NoModificationAllowedError") {
    return new BuskerError(
      "STORE_BUSY",
      `Cannot ${doing}: another tab or window is writing to the same file of ${directory}.`,
      { hint: "Let the other one finish, or close it; then repeat the step.", cause: error },
    );
  }
  if (name === "SecurityError" || name === "NotAllowedError") {
    return new BuskerError("STORE_UNUSABLE", `Cannot ${doing}: the browser keeps no files for this site.`, {
      hint: "Allow the site to store data, or use a window that is not private.",
      cause: error,
    });
  }
  return error;
}
