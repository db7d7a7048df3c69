/** A file that stays the same one, whatever has its name meanwhile. */
export interface ReadableFile {
  size(): Promise<number>;
  /** @returns the bytes, fewer where the file ends */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file that this program alone writes to. */
export interface WritableFile extends ReadableFile {
  /** Writes parts one after the other; what lies between them and the end of the file becomes zeros. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Brings all that was written to the disk, whatever happens to the machine then. */
  flush(): Promise<void>;
}

/**
 * A folder of files, as far as a store needs one: on the disk of a machine (DiskFolder) or among the files that a browser keeps for
 * a site (OpfsFolder). Others may use it at the same time. Errors are those of the file system: see storeError and isMissing.
 */
export interface Folder {
  /** How messages call it. */
  readonly path: string;

  /** Makes sure that it is there and can be written to. */
  prepare(): Promise<void>;

  /** Names of its files; none while the folder was not made. */
  list(): Promise<string[]>;

  /** The same, for one caller; null when it is certain that no file came or went since the last time. */
  listChanged(): Promise<string[] | null>;

  /** Makes a file that is not there yet. */
  create(name: string): Promise<WritableFile>;

  /** Opens a file, which is made when it is not there, and touches it. */
  open(name: string): Promise<WritableFile>;

  openToRead(name: string): Promise<ReadableFile>;

  /** @returns bytes of a file, fewer where it ends. The file may be kept open until `forget`. */
  read(name: string, offset: number, length: number): Promise<Uint8Array>;

  /** @returns a small file, as it is now */
  readWhole(name: string): Promise<Uint8Array>;

  /** When a file was written to or touched last, in milliseconds since 1970. */
  modifiedAt(name: string): Promise<number>;

  /** Notes that a file is relied on now. */
  touch(name: string): Promise<void>;

  /** Brings files, and that they are there, to the disk; passes over those that are not there. */
  flush(names: readonly string[]): Promise<void>;

  /**
   * Removes a CAR file that was not written to or touched since. Whoever touches it at the same time is either seen, and the file
   * stays, or is told that it is missing. Meanwhile it may have a name that isAside knows.
   *
   * @returns whether it was removed
   */
  removeUntouched(name: string, since: number): Promise<boolean>;

  /** Takes back what others had begun to remove who died of it, and clears away what they had begun to make and left since. */
  recover(since: number): Promise<void>;

  /** Removes a file; harmless when it is not there. */
  remove(name: string): Promise<void>;

  /** Makes an empty file, unless there is one of this name. */
  ensure(name: string): Promise<void>;

  /** Puts a small file in the place of the one before, at once and whole, and brings it to the disk. */
  replace(name: string, bytes: Uint8Array): Promise<void>;

  /** Forgets what it keeps open of a file that is gone. */
  forget(name: string): Promise<void>;

  /** Closes what is kept open for reading; nobody may be reading. */
  close(): Promise<void>;
}

/** Tells whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return code === "ENOENT" || name === "NotFoundError";
}

/** @returns what an action gives, or something else where the file or folder is not there. */
export async function unlessMissing<Value, Otherwise>(
  action: Promise<Value>,
  otherwise: Otherwise,
): Promise<Value | Otherwise> {
  return action.catch((error: unknown) => {
    if (isMissing(error)) return otherwise;
    throw error;
  });
}
