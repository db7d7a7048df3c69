import type { OpenFile } from "../input.ts";

/** Bytes of a page of Ogg, at most. */
const MAX_PAGE = 65_307;
const MARK = "OggS";

/** @returns where the last page of Ogg that begins before the byte `end` begins; `end` when there is none near. */
export async function pageBefore(read: OpenFile["read"], end: number): Promise<number> {
  const from = Math.max(0, end - MAX_PAGE);
  const bytes = await read(from, end - from);
  const at = new TextDecoder("latin1").decode(bytes).lastIndexOf(MARK);
  return at === -1 ? end : from + at;
}
