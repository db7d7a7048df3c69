import { randomBytes } from "node:crypto";
import { link, rename, rm, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CAR, indexPathOf } from "./carFile.ts";

/*
 * A collection gives a CAR file another name before it removes it, so that nobody can rely on it any more. Such a file can still be
 * read. One whose collection died is given back to the others, with the time in its name to tell.
 */

const ASIDE = /\.car\.([0-9a-z]+)-[0-9a-f]+$/;

/** @returns a name for a new CAR file. Later ones come after earlier ones. */
export function freshName(): string {
  return `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}${CAR}`;
}

/** Tells whether a name is that of a CAR file which a collection has in its hands. */
export function isAside(name: string): boolean {
  return ASIDE.test(name);
}

/** @returns since when it has, in milliseconds since 1970. */
export function asideSince(path: string): number {
  return Number.parseInt(ASIDE.exec(path)?.[1] ?? "", 36);
}

/**
 * Removes a file with its index, unless it was used since. It is moved aside before its time is looked at, so a use comes either
 * before (then it goes back) or finds nothing.
 *
 * @returns whether it was removed
 * @throws errors of the file system, ENOENT when another process was faster
 */
export async function removeUnused(path: string, since: number): Promise<boolean> {
  if ((await modifiedAt(path)) >= since) return false;
  const aside = `${path}.${Date.now().toString(36)}-${randomBytes(6).toString("hex")}`;
  await rename(path, aside);
  if ((await modifiedAt(aside)) >= since) {
    await putBack(aside);
    return false;
  }
  await rm(indexPathOf(path), { force: true });
  await unlink(aside);
  return true;
}

/** Gives a file its name again; another one when that was taken meanwhile. @throws errors of the file system */
export async function putBack(aside: string): Promise<void> {
  const path = aside.replace(ASIDE, CAR);
  try {
    await link(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw error;
    // Some file systems have no links; a new name is nobody's.
    await rename(aside, join(dirname(path), freshName()));
    return;
  }
  await unlink(aside);
}

/** @returns when a file was used last; infinity for one that another process has in its hands. */
export async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
}

/** Tells whether a name is of a file that only a process which died can have left, besides CAR files. */
export function isLeftOver(name: string, names: ReadonlySet<string>): boolean {
  const index = /^(.+\.idx)(\.[0-9a-f]+)?$/.exec(name);
  if (index === null) return false;
  if (index[2] !== undefined) return true;
  const car = basename(index[1]!, ".idx") + CAR;
  return !names.has(car) && ![...names].some((other) => other.startsWith(`${car}.`));
}
