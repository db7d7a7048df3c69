import mime from "mime";
import { BuskerError } from "../../protocol/errors.ts";
import { comparePaths } from "../comparePaths.ts";
import { blobInput, type InputFile } from "../input.ts";
import { checkPaths } from "../paths.ts";

/** A file that a person picked in a page. */
export type PickedFile = InputFile & { readonly blob: Blob };

/** The files that a person picked, ready to be packed. */
export interface PickedFiles {
  /** Sorted by name as people count, as folderFiles does: the same folder gives the same archive. */
  readonly files: PickedFile[];
  /** Paths of hidden files, which are left out. */
  readonly skipped: string[];
}

/**
 * Takes the files of a file input or of a folder that was picked (webkitdirectory). The name of that folder is no part of the paths.
 *
 * @throws {BuskerError} NOTHING_TO_PACK, FILE_EMPTY, NAME_NOT_PORTABLE, NAME_TWICE
 */
export function pickedFiles(picked: Iterable<File>): PickedFiles {
  const files: PickedFile[] = [];
  const skipped: string[] = [];
  for (const file of picked) {
    const parts = (file.webkitRelativePath || `/${file.name}`).split("/").slice(1);
    const path = parts.join("/").normalize("NFC");
    if (parts.some((part) => part.startsWith("."))) skipped.push(path);
    else files.push(pickedFile(path, file));
  }
  if (files.length === 0) {
    const hidden = skipped.length === 0 ? "" : ` but hidden files (${skipped.join(", ")})`;
    throw new BuskerError("NOTHING_TO_PACK", `There is nothing to pack: nothing was picked${hidden}.`, {
      hint: "Pick the files of the work, or the folder that they are in.",
    });
  }
  checkPaths(files.map(({ path }) => path));
  files.sort((a, b) => comparePaths(a.path, b.path));
  return { files, skipped: skipped.sort(comparePaths) };
}

/** @returns a picked file under a path of the archive. Its type goes by its name, as everywhere: browsers differ. */
export function pickedFile(path: string, file: File): PickedFile {
  const mediaType = mime.getType(path) ?? "application/octet-stream";
  return { ...blobInput(path, file, { mediaType }), blob: file };
}
