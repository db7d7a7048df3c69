import { toHex } from "../crypto/bytes.ts";
import { randomBytes } from "../crypto/webCrypto.ts";

/*
 * Names of a store's files. A folder may give a CAR file another name before it removes it, so that nobody can rely on it any more.
 * Such a file, which is aside, can still be read; the time in its name tells when whoever removes it has died.
 */

export const CAR = ".car";
/** What is in a CAR file that nobody adds to any more. */
export const INDEX = ".idx";
const ASIDE = /\.car\.([0-9a-z]+)-[0-9a-f]+$/;

/** @returns a name for a new CAR file. Later ones come after earlier ones. */
export const freshName = (): string => `${timeAndChance()}${CAR}`;

/** Tells whether a name is that of a CAR file, aside or not. */
export const isCar = (name: string): boolean => name.endsWith(CAR) || isAside(name);

/** Tells whether a name is that of a CAR file which is being removed. */
export const isAside = (name: string): boolean => ASIDE.test(name);

/** @returns the name of a CAR file while it is being removed. */
export const asideNameOf = (name: string): string => `${name}.${timeAndChance()}`;

/** @returns the name that it had before. */
export const nameBefore = (aside: string): string => aside.replace(ASIDE, CAR);

/** @returns since when it has been aside, in milliseconds since 1970. */
export const asideSince = (aside: string): number => Number.parseInt(ASIDE.exec(aside)?.[1] ?? "", 36);

/** @returns the name of a CAR file's index, also for one that is aside. */
export const indexNameOf = (name: string): string => name.slice(0, name.lastIndexOf(CAR)) + INDEX;

function timeAndChance(): string {
  return `${Date.now().toString(36)}-${toHex(randomBytes(6)).slice(2)}`;
}
