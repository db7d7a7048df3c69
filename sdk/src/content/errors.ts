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
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
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
  return error;
}
