import { BuskerError } from "../protocol/errors.ts";
import { isMissing, unlessMissing, type Folder, type ReadableFile, type WritableFile } from "./folder.ts";

/** What TypeScript's types for pages lack. */
interface AccessHandle {
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  getSize(): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type FileOfWorker = FileSystemFileHandle & { createSyncAccessHandle?: () => Promise<AccessHandle> };

/**
 * A folder among the private files of a site (OPFS), which tabs and workers of the site share. Any of them reads; only workers write,
 * through access handles, each of which is the only one of its file. A dead tab's handles are released.
 */
export class OpfsFolder implements Folder {
  readonly path: string;
  readonly #parts: readonly string[];
  #directory: Promise<FileSystemDirectoryHandle> | undefined;
  readonly #writing = new Map<string, OpfsFile>();
  /** As they were when they were looked at last: a browser refuses to read from a file that was written to since. */
  readonly #snapshots = new Map<string, Promise<File>>();
  /** Files have no times that could be set. No other tab uses the store while one collects (see TabLocks), so this is enough. */
  readonly #touched = new Map<string, number>();
  readonly #removed = new Set<string>();

  /** @param parts names of folders, the outermost first */
  constructor(...parts: readonly string[]) {
    this.#parts = parts;
    this.path = `the browser's files (${parts.join("/")})`;
  }

  async prepare(): Promise<void> {
    await this.#handle();
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of (await this.#handle()).keys()) names.push(name);
    return names;
  }

  /** Folders have no times here. */
  listChanged(): Promise<string[]> {
    return this.list();
  }

  create(name: string): Promise<WritableFile> {
    return this.open(name);
  }

  async open(name: string): Promise<WritableFile> {
    const file = await (await this.#handle()).getFileHandle(name, { create: true });
    const { createSyncAccessHandle } = file as FileOfWorker;
    if (createSyncAccessHandle === undefined) throw onlyInWorkers();
    const writing = new OpfsFile(await createSyncAccessHandle.call(file), () => {
      this.#writing.delete(name);
      this.#snapshots.delete(name);
    });
    this.#writing.set(name, writing);
    this.#removed.delete(name);
    await this.touch(name);
    return writing;
  }

  async openToRead(name: string): Promise<ReadableFile> {
    const size = (await this.#writing.get(name)?.size()) ?? (await this.#snapshot(name, true)).size;
    return {
      size: async () => size,
      read: (position, length) => this.read(name, position, length),
      close: async () => {},
    };
  }

  async read(name: string, offset: number, length: number): Promise<Uint8Array> {
    for (let isFresh = false; ; isFresh = true) {
      const writing = this.#writing.get(name);
      if (writing !== undefined) return writing.read(offset, length);
      const file = await this.#snapshot(name, isFresh);
      try {
        return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      } catch (error) {
        // It was written to since, or removed.
        if (isFresh) throw error;
      }
    }
  }

  async readWhole(name: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#snapshot(name, true)).arrayBuffer());
  }

  /** Infinity while this writes to it. */
  async modifiedAt(name: string): Promise<number> {
    if (this.#writing.has(name)) return Number.POSITIVE_INFINITY;
    const { lastModified } = await this.#snapshot(name, true);
    return Math.max(lastModified, this.#touched.get(name) ?? 0);
  }

  async touch(name: string): Promise<void> {
    if (this.#removed.has(name)) throw new DOMException(`${name} was removed`, "NotFoundError");
    this.#touched.set(name, Date.now());
  }

  /** A browser lets only who writes to a file bring it to the disk, which CarWriter does when it ends one. */
  async flush(): Promise<void> {}

  async removeUntouched(name: string, since: number): Promise<boolean> {
    const directory = await this.#handle();
    if ((await this.modifiedAt(name)) >= since) return false;
    // Between this look at the touches and the note that stops them nothing is awaited.
    if ((this.#touched.get(name) ?? 0) >= since) return false;
    this.#removed.add(name);
    try {
      await directory.removeEntry(name);
    } catch (error) {
      if (!isMissing(error)) this.#removed.delete(name);
      throw error;
    }
    await this.forget(name);
    return true;
  }

  /** Nothing is moved aside here, and what was not put in its place whole is the browser's to clear away. */
  async recover(): Promise<void> {}

  async remove(name: string): Promise<void> {
    await this.forget(name);
    await unlessMissing((await this.#handle()).removeEntry(name), undefined);
  }

  async ensure(name: string): Promise<void> {
    await (await this.#handle()).getFileHandle(name, { create: true });
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const file = await (await this.#handle()).getFileHandle(name, { create: true });
    // What is written comes to its place when the stream is closed. Pages can do this, too.
    const stream = await file.createWritable();
    await stream.write(Uint8Array.from(bytes));
    await stream.close();
    await this.forget(name);
  }

  async forget(name: string): Promise<void> {
    this.#snapshots.delete(name);
    this.#touched.delete(name);
  }

  async close(): Promise<void> {
    this.#snapshots.clear();
  }

  async #snapshot(name: string, isFresh: boolean): Promise<File> {
    const known = isFresh ? undefined : this.#snapshots.get(name);
    const snapshot =
      known ?? this.#handle().then(async (directory) => (await directory.getFileHandle(name)).getFile());
    this.#snapshots.set(name, snapshot);
    try {
      return await snapshot;
    } catch (error) {
      if (this.#snapshots.get(name) === snapshot) this.#snapshots.delete(name);
      throw error;
    }
  }

  /** The folder itself, made at the first need. */
  #handle(): Promise<FileSystemDirectoryHandle> {
    return (this.#directory ??= this.#find().catch((error: unknown) => {
      this.#directory = undefined;
      throw error;
    }));
  }

  async #find(): Promise<FileSystemDirectoryHandle> {
    let directory = await navigator.storage.getDirectory();
    for (const part of this.#parts) directory = await directory.getDirectoryHandle(part, { create: true });
    return directory;
  }
}

class OpfsFile implements WritableFile {
  readonly #handle: AccessHandle;
  readonly #onClose: () => void;

  constructor(handle: AccessHandle, onClose: () => void) {
    this.#handle = handle;
    this.#onClose = onClose;
  }

  async size(): Promise<number> {
    return this.#handle.getSize();
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, this.#handle.read(bytes, { at: position }));
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    let at = position;
    for (const part of parts) {
      const written = this.#handle.write(part as Uint8Array<ArrayBuffer>, { at });
      if (written < part.length) throw new DOMException("not all was written", "QuotaExceededError");
      at += written;
    }
  }

  async truncate(size: number): Promise<void> {
    this.#handle.truncate(size);
  }

  async flush(): Promise<void> {
    this.#handle.flush();
  }

  async close(): Promise<void> {
    this.#onClose();
    this.#handle.close();
  }
}

function onlyInWorkers(): BuskerError {
  return new BuskerError(
    "STORE_UNUSABLE",
    "Nothing can be stored from here: a browser lets only workers write blocks.",
    {
      hint: "Open the store in a dedicated worker; pages can read from it.",
    },
  );
}
