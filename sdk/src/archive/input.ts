import type { ByteRange } from "./plan.ts";

/** What tells two states of a file apart. */
export interface FileState {
  /** Bytes. */
  readonly size: number;
  /** Anything that differs when the file was written to or replaced, such as its time of modification. */
  readonly stamp: string;
}

/** A file while it is being read. */
export interface OpenFile {
  /** Reads `length` bytes from `offset`, fewer only where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The file's state now. */
  state(): Promise<FileState>;
  close(): Promise<void>;
}

/** A file to be packed, with its state when the list was made: a file that has changed since is not packed. */
export interface InputFile extends FileState {
  /** Its name in the archive, see pathFault for the rules. */
  readonly path: string;
  readonly mediaType: string;
  /** Bytes that shall be plain; without it a default applies, see plainRanges. */
  readonly plain?: readonly ByteRange[] | undefined;
  /** Bytes that a player needs to begin, which are plain as well; planPlain finds them. */
  readonly headers?: readonly ByteRange[] | undefined;
  open(): Promise<OpenFile>;
}

/** @returns an input file over a Blob, such as a File of a web page. */
export function blobInput(
  path: string,
  blob: Blob & { readonly lastModified?: number },
  {
    mediaType = blob.type || "application/octet-stream",
    plain,
  }: { mediaType?: string; plain?: readonly ByteRange[] } = {},
): InputFile {
  const state = (): FileState => ({ size: blob.size, stamp: String(blob.lastModified ?? 0) });
  const open = async (): Promise<OpenFile> => ({
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
    state: async () => state(),
    close: async () => {},
  });
  return { path, mediaType, ...state(), open, ...(plain === undefined ? {} : { plain }) };
}
