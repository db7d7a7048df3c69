import type { PlainParts } from "@busker/sdk/archive/media/planPlain.ts";
import type { TimeRange } from "@busker/sdk/archive/media/timeRanges.ts";
import type { ByteRange } from "@busker/sdk/archive/plan.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";

const TIME = String.raw`(?:\d{1,3}:[0-5]?\d|\d{1,5}):[0-5]\d`;
const SPEC = new RegExp(
  String.raw`^(?<path>.+)=(?:(?<bytes>\d{1,15}-\d{1,15})|(?<time>${TIME}-${TIME}))$`,
  "s",
);

/**
 * What `--plain` says, by file: bytes ("song.ogg=0-300000") or times ("song.ogg=0:30-1:00", "film.mkv=1:02:00-1:03:30").
 *
 * @param paths the files there are
 * @throws BuskerError BAD_PLAIN_RANGE
 */
export function parsePlain(specs: readonly string[], paths: readonly string[]): Map<string, PlainParts> {
  const parts = new Map<string, { bytes: ByteRange[]; seconds: TimeRange[] }>();
  for (const spec of specs) {
    const { path = "", bytes, time } = SPEC.exec(spec)?.groups ?? {};
    if (!paths.includes(path)) {
      throw new BuskerError("BAD_PLAIN_RANGE", `--plain "${spec}" names no part of a file of this folder`, {
        hint: `Write FILE=FROM-TO in bytes (0-300000) or minutes and seconds (0:30-1:00). The files are: ${paths.join(", ")}.`,
      });
    }
    const ofFile = parts.get(path) ?? { bytes: [], seconds: [] };
    if (bytes !== undefined) ofFile.bytes.push(ends(bytes, Number));
    if (time !== undefined) ofFile.seconds.push(ends(time, inSeconds));
    parts.set(path, ofFile);
  }
  return parts;
}

function ends(range: string, read: (text: string) => number): [from: number, to: number] {
  const [from = "", to = ""] = range.split("-");
  return [read(from), read(to)];
}

function inSeconds(time: string): number {
  return time.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
}
