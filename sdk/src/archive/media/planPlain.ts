import { BuskerError } from "../../protocol/errors.ts";
import { isMedia } from "../plan.ts";
import { headerRanges } from "./headerRanges.ts";
import { timeRanges, type TimeRange } from "./timeRanges.ts";
import type { AbortOptions } from "../../content/store.ts";
import type { InputFile, OpenFile } from "../input.ts";
import type { ByteRange } from "../plan.ts";

/** What an artist wants to be plain of a file. */
export interface PlainParts {
  readonly bytes?: readonly ByteRange[] | undefined;
  /** Of a recording, see timeRanges for what is around them. */
  readonly seconds?: readonly TimeRange[] | undefined;
}

export interface PlanPlainOptions extends AbortOptions {
  /** Bytes of the files that were looked into, and of all. */
  readonly onProgress?: ((progress: { bytesDone: number; bytesTotal: number }) => void) | undefined;
}

/**
 * Looks into audio and video files for what is to be plain of them: what players need to begin, and times.
 *
 * @param chosen the artist's choices by path, which take the place of a file's `plain`
 * @returns the files, to be packed
 * @throws {BuskerError} PLAIN_TIME_INVALID, PLAIN_TIME_UNKNOWN. The signal's reason. What cannot be read has no headers here, and packing says why
 */
export async function planPlain<File extends InputFile>(
  files: readonly File[],
  chosen: ReadonlyMap<string, PlainParts> = new Map(),
  { signal, onProgress }: PlanPlainOptions = {},
): Promise<File[]> {
  const planned: File[] = [];
  const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
  let bytesDone = 0;
  for (const file of files) {
    try {
      planned.push(await planFile(file, chosen.get(file.path), signal));
    } finally {
      signal?.throwIfAborted();
    }
    bytesDone += file.size;
    onProgress?.({ bytesDone, bytesTotal });
  }
  return planned;
}

async function planFile<File extends InputFile>(
  file: File,
  parts: PlainParts | undefined,
  signal: AbortSignal | undefined,
): Promise<File> {
  const plain = parts === undefined ? file.plain : [...(parts.bytes ?? [])];
  const times = parts?.seconds ?? [];
  if (!isMedia(file)) {
    if (times[0] !== undefined) throw timeUnknown(file, times[0], "it is neither audio nor video");
    return plain === undefined ? file : { ...file, plain };
  }
  const open = lazily(file, signal);
  try {
    const headers = await headerRanges(open.read, file.size);
    const timed: ByteRange[] = [];
    for (const time of times) timed.push(...(await rangesOf(file, open.read, time)));
    return { ...file, headers, ...(plain === undefined ? {} : { plain: [...plain, ...timed] }) };
  } finally {
    await open.close();
  }
}

async function rangesOf(file: InputFile, read: OpenFile["read"], time: TimeRange): Promise<ByteRange[]> {
  const [from, to] = time;
  if (!(0 <= from && from < to && to < Infinity)) throw timeInvalid(file, time, "it ends before it begins");
  const ranges = await timeRanges(read, file.size, time).catch((error: unknown) => {
    throw timeUnknown(file, time, "no times can be read from it", error);
  });
  if (ranges.length === 0) throw timeInvalid(file, time, "nothing is there");
  return ranges;
}

/** Opens at the first read, so that a file that cannot be opened is one that cannot be read. */
function lazily(
  file: InputFile,
  signal: AbortSignal | undefined,
): { read: OpenFile["read"]; close(): Promise<void> } {
  let opened: Promise<OpenFile> | undefined;
  return {
    read: async (offset, length) => {
      signal?.throwIfAborted();
      return (await (opened ??= file.open())).read(offset, length);
    },
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

function timeInvalid({ path }: InputFile, [from, to]: TimeRange, why: string): BuskerError {
  return new BuskerError(
    "PLAIN_TIME_INVALID",
    `Seconds ${from} to ${to} of ${JSON.stringify(path)} cannot be plain: ${why}.`,
    { hint: "Give times as beginning and end, within the recording." },
  );
}

function timeUnknown({ path }: InputFile, [from, to]: TimeRange, why: string, cause?: unknown): BuskerError {
  return new BuskerError(
    "PLAIN_TIME_UNKNOWN",
    `Seconds ${from} to ${to} of ${JSON.stringify(path)} cannot be found: ${why}.`,
    { hint: "Give the part in bytes instead.", cause },
  );
}
