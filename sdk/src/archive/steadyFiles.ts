import { BuskerError } from "../protocol/errors.ts";
import type { FileState, InputFile, OpenFile } from "./input.ts";

/**
 * Reads input files from beginning to end, several reads at a time, and makes sure that they stay as they were listed: a
 * file's state is compared when it is opened and after its last byte.
 */
export class SteadyFiles {
  readonly #files: readonly InputFile[];
  readonly #open = new Map<number, { file: Promise<OpenFile>; bytesLeft: number }>();

  constructor(files: readonly InputFile[]) {
    this.#files = files;
  }

  /**
   * Reads the bytes [from, to) of a file. Every byte of a file is to be asked for once.
   *
   * @throws {BuskerError} FILE_CHANGED, FILE_UNREADABLE
   */
  async read(index: number, from: number, to: number): Promise<Uint8Array> {
    const input = this.#files[index]!;
    let entry = this.#open.get(index);
    if (entry === undefined) {
      entry = { file: this.#openSteady(input), bytesLeft: input.size };
      this.#open.set(index, entry);
    }
    const file = await entry.file;
    const bytes = await file.read(from, to - from).catch((error: unknown) => {
      throw unreadable(input, error);
    });
    if (bytes.length !== to - from) throw changed(input);
    entry.bytesLeft -= bytes.length;
    if (entry.bytesLeft === 0) {
      this.#open.delete(index);
      try {
        await this.#compare(input, file);
      } finally {
        await file.close();
      }
    }
    return bytes;
  }

  /** Closes what is still open, after an error or an abort. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async ({ file }) => (await file).close()));
  }

  async #openSteady(input: InputFile): Promise<OpenFile> {
    const file = await input.open().catch((error: unknown) => {
      throw error instanceof BuskerError ? error : unreadable(input, error);
    });
    try {
      await this.#compare(input, file);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  }

  async #compare(input: InputFile, file: OpenFile): Promise<void> {
    const now: FileState = await file.state().catch((error: unknown) => {
      throw unreadable(input, error);
    });
    if (now.size !== input.size || now.stamp !== input.stamp) throw changed(input);
  }
}

/** The error for a file that is not as it was when it was listed. */
export function changed(input: InputFile): BuskerError {
  return new BuskerError(
    "FILE_CHANGED",
    `${JSON.stringify(input.path)} was not packed: it changed in the meantime.`,
    {
      hint: "Wait until no other program writes to the file, then pack again.",
    },
  );
}

/** The error for a file that the system does not let us read. */
export function unreadable(input: InputFile, cause: unknown): BuskerError {
  const code = cause instanceof DOMException ? cause.name : (cause as { code?: string } | undefined)?.code;
  const why = code === undefined ? "it could not be read" : `reading it gave ${code}`;
  return new BuskerError("FILE_UNREADABLE", `${JSON.stringify(input.path)} cannot be packed: ${why}.`, {
    hint: "Check that the file is there and that you may read it, then pack again.",
    cause,
  });
}
