import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import mime from "mime";
import { BuskerError } from "../../protocol/errors.ts";
import { comparePaths } from "../comparePaths.ts";
import { checkPaths } from "../paths.ts";
import { READ_FLAGS, stampOf } from "./stamp.ts";
import type { BigIntStats } from "node:fs";
import type { FileState, InputFile, OpenFile } from "../input.ts";

/** A file on this machine's disk. */
export type PlacedFile = InputFile & { readonly place: string };

/** The files of a folder, ready to be packed. */
export interface FolderFiles {
  /** Sorted by name as people count: "2" before "10", the same on every machine. */
  readonly files: PlacedFile[];
  /** Paths of hidden files and folders, which are left out. */
  readonly skipped: string[];
}

/**
 * Lists the files of a folder and its subfolders, and finds out all that could keep them from being packed. Reads no file.
 *
 * @throws {BuskerError} FOLDER_UNREADABLE, FOLDER_EMPTY, FILE_IS_LINK, FILE_IS_SPECIAL, FILE_UNREADABLE, FILE_EMPTY,
 * NAME_NOT_PORTABLE, NAME_TWICE
 */
export async function folderFiles(directory: string): Promise<FolderFiles> {
  const files: PlacedFile[] = [];
  const skipped: string[] = [];
  await list(directory, "", files, skipped);
  if (files.length === 0) {
    const hidden = skipped.length === 0 ? "" : ` but hidden ones (${skipped.join(", ")})`;
    throw new BuskerError("FOLDER_EMPTY", `There is nothing to pack: ${directory} has no files${hidden}.`, {
      hint: "Put the files of the work into the folder, or name another folder.",
    });
  }
  checkPaths(files.map((file) => file.path));
  files.sort((a, b) => comparePaths(a.path, b.path));
  return { files, skipped: skipped.sort(comparePaths) };
}

async function list(
  directory: string,
  prefix: string,
  files: PlacedFile[],
  skipped: string[],
): Promise<void> {
  const names = await readdir(directory, { encoding: "buffer" }).catch((error: NodeJS.ErrnoException) => {
    throw new BuskerError(
      "FOLDER_UNREADABLE",
      `${directory} cannot be packed: ${reasons[error.code ?? ""] ?? error.code}.`,
      {
        hint: "Name a folder that exists and that you may read.",
        cause: error,
      },
    );
  });
  for (const raw of names) {
    const name = decodeName(raw, prefix);
    const path = `${prefix}${name.normalize("NFC")}`;
    const place = join(directory, name);
    if (name.startsWith(".")) {
      skipped.push(path);
      continue;
    }
    const state = await lstat(place, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(path, error);
    });
    if (state.isDirectory()) await list(place, `${path}/`, files, skipped);
    else files.push(await inputFile(place, path, state));
  }
}

const reasons: Record<string, string> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "it is not a folder",
  EACCES: "you may not read it",
};

async function inputFile(place: string, path: string, state: BigIntStats): Promise<PlacedFile> {
  const quoted = JSON.stringify(path);
  if (state.isSymbolicLink()) {
    throw new BuskerError("FILE_IS_LINK", `${quoted} cannot be packed: it is a symbolic link.`, {
      hint: "Replace the link by the file that it points to.",
    });
  }
  if (!state.isFile()) {
    throw new BuskerError(
      "FILE_IS_SPECIAL",
      `${quoted} cannot be packed: it is a socket, a pipe or a device.`,
      {
        hint: "Remove it from the folder.",
      },
    );
  }
  if (state.size === 0n) {
    throw new BuskerError("FILE_EMPTY", `${quoted} cannot be packed: it has no content (0 bytes).`, {
      hint: "Remove the file, or replace it with the one you meant.",
    });
  }
  const input: PlacedFile = {
    path,
    mediaType: mime.getType(path) ?? "application/octet-stream",
    ...stateOf(state),
    open: () => openFile(place),
    place,
  };
  const probe = await input.open().catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  await probe.close();
  return input;
}

function unreadable(path: string, cause: NodeJS.ErrnoException): BuskerError {
  return new BuskerError(
    "FILE_UNREADABLE",
    `${JSON.stringify(path)} cannot be packed: opening it gave ${cause.code}.`,
    {
      hint: "Check that the file is there and that you may read it.",
      cause,
    },
  );
}

function stateOf(state: BigIntStats): FileState {
  return { size: Number(state.size), stamp: stampOf(state) };
}

async function openFile(place: string): Promise<OpenFile> {
  const handle = await open(place, READ_FLAGS);
  return {
    async read(offset, length) {
      const buffer = Buffer.allocUnsafeSlow(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    },
    state: async () => stateOf(await handle.stat({ bigint: true })),
    close: () => handle.close(),
  };
}

function decodeName(raw: Buffer, prefix: string): string {
  const name = raw.toString("utf8");
  if (Buffer.from(name, "utf8").equals(raw)) return name;
  throw new BuskerError(
    "NAME_NOT_PORTABLE",
    `The name ${JSON.stringify(prefix + name)} cannot be used: it is not valid Unicode.`,
    {
      hint: "Rename the file, so that people on every system can open it.",
    },
  );
}
