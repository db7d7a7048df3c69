import { createWriteStream } from "node:fs";
import { access, link, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { storeError } from "./errors.ts";
import type { BlockSource } from "./store.ts";
import { syncDirectory } from "./syncDirectory.ts";
import { writeCar, type WriteCarOptions } from "./writeCar.ts";

export interface ExportCarOptions extends Omit<WriteCarOptions, "omit" | "follow"> {
  /** Replace a file that is there. Default false. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Writes all blocks below a root into a CAR file, which appears only when it is whole.
 *
 * @throws {BuskerError} FILE_EXISTS, STORE_FULL, STORE_UNUSABLE; what the source throws for a block. The signal's reason
 */
export async function exportCar(
  root: CID,
  source: BlockSource,
  path: string,
  { overwrite = false, ...options }: ExportCarOptions = {},
): Promise<void> {
  const exists = (cause?: unknown) =>
    new BuskerError("FILE_EXISTS", `${path} is not written: there is a file of this name.`, {
      hint: "Choose another name, or remove the file.",
      cause,
    });
  // said before a long write; another program may still make one meanwhile
  if (
    !overwrite &&
    (await access(path).then(
      () => true,
      () => false,
    ))
  )
    throw exists();
  const temporary = `${path}.${process.pid}.part`;
  try {
    await pipeline(
      writeCar(root, source, options),
      createWriteStream(temporary, { flags: "wx", flush: true }),
    );
    if (overwrite) await rename(temporary, path);
    else await link(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw exists(error);
    throw storeError(dirname(path), "write the CAR file", error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}
