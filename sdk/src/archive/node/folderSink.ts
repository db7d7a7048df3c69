import { randomBytes } from "node:crypto";
import { link, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BuskerError } from "../../protocol/errors.ts";
import { checkPaths } from "../paths.ts";
import type { FileSink } from "../open.ts";
import type { ManifestFile } from "../manifest.ts";

interface Written {
  readonly path: string;
  readonly temporary: string;
  readonly target: string;
}

/** Files of an archive on their way into a folder. */
export interface FolderSink extends FileSink {
  /** Begins the next file. @returns the path that it is to be written to until `commit` */
  createAt(file: ManifestFile): Promise<string>;
}

/**
 * Writes the files of an archive into a folder, which is made when it is not there. Files appear under their names only
 * when all of them are complete; none is overwritten unless `overwrite` is set; none lands outside the folder, not even
 * through a symbolic link inside it.
 *
 * Its methods throw {@link BuskerError} NAME_NOT_PORTABLE, NAME_TWICE, FILE_EXISTS, PATH_ESCAPES, DISK_FULL, FOLDER_UNUSABLE.
 */
export function folderSink(
  directory: string,
  { overwrite = false }: { overwrite?: boolean } = {},
): FolderSink {
  const written: Written[] = [];
  const createAt = async (file: ManifestFile): Promise<string> => {
    const target = join(directory, ...file.path.split("/"));
    await mkdir(dirname(target), { recursive: true }).catch(fail(directory));
    await checkWay(directory, file.path);
    const temporary = join(dirname(target), `.busker-${randomBytes(9).toString("hex")}.part`);
    await (await open(temporary, "wx", 0o644).catch(fail(directory))).close();
    written.push({ path: file.path, temporary, target });
    return temporary;
  };
  return {
    createAt,

    async begin(files) {
      checkPaths(files.map((file) => file.path));
      for (const { path } of files) {
        const found = await checkWay(directory, path);
        if (found && !overwrite) throw exists(directory, path);
      }
      await mkdir(directory, { recursive: true }).catch(fail(directory));
    },

    async create(file) {
      const handle = await open(await createAt(file), "r+").catch(fail(directory));
      let position = 0;
      let skipped = false;
      return {
        write: async (bytes) => {
          for (let done = 0; done < bytes.length;) {
            const { bytesWritten } = await handle
              .write(bytes, done, bytes.length - done, position)
              .catch(fail(directory));
            done += bytesWritten;
            position += bytesWritten;
          }
        },
        skip: async (length) => {
          position += length;
          skipped = true;
        },
        close: async () => {
          try {
            if (skipped) await handle.truncate(position);
          } catch (error) {
            fail(directory)(error);
          } finally {
            await handle.close().catch(fail(directory));
          }
        },
      };
    },

    async commit() {
      const shown: string[] = [];
      for (const file of written) {
        try {
          await (overwrite ? rename(file.temporary, file.target) : publish(directory, file));
          shown.push(file.target);
        } catch (error) {
          // What took the place of another cannot be taken back.
          if (!overwrite) for (const target of shown) await unlink(target).catch(() => undefined);
          fail(directory)(error);
        }
      }
      written.length = 0;
    },

    async discard() {
      for (const { temporary } of written.splice(0)) await unlink(temporary).catch(() => undefined);
    },
  };
}

/** Gives a complete file its name, unless that name is taken by now. */
async function publish(directory: string, { path, temporary, target }: Written): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw exists(directory, path);
    // file systems without hard links: the name is taken first, then given to the complete file
    await (await open(target, "wx")).close().catch(fail(directory));
    await rename(temporary, target);
    return;
  }
  await unlink(temporary);
}

/** Makes sure that the way to a file leads through real folders only. @returns whether there is a file already */
async function checkWay(directory: string, path: string): Promise<boolean> {
  const segments = path.split("/");
  let way = directory;
  for (const [depth, segment] of segments.entries()) {
    way = join(way, segment);
    const state = await lstat(way).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      return fail(directory)(error);
    });
    if (state === undefined) return false;
    const last = depth === segments.length - 1;
    if (last && state.isFile()) return true;
    if (!last && state.isDirectory()) continue;
    throw new BuskerError(
      "PATH_ESCAPES",
      `${JSON.stringify(path)} cannot be written to ${directory}: ${way} is in the way.`,
      {
        hint: "Choose an empty folder, or remove the link, folder or special file that has this name.",
      },
    );
  }
  return false;
}

function exists(directory: string, path: string): BuskerError {
  return new BuskerError(
    "FILE_EXISTS",
    `${JSON.stringify(path)} was not written: there is such a file in ${directory}.`,
    {
      hint: "Choose another folder, or say that files may be overwritten.",
    },
  );
}

function fail(directory: string): (error: unknown) => never {
  return (error) => {
    throw folderError(directory, error);
  };
}

/** @returns the error for what the file system said about the files of a folder. */
export function folderError(directory: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof BuskerError || code === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BuskerError(
      "DISK_FULL",
      `The files cannot be written: the disk that holds ${directory} is full.`,
      {
        hint: "Free some space or choose a folder on another disk, then open the archive again.",
        cause: error,
      },
    );
  }
  return new BuskerError("FOLDER_UNUSABLE", `The files cannot be written: ${directory} gave ${code}.`, {
    hint: "Choose a folder that you may write to.",
    cause: error,
  });
}
