/** How a file is cut into fragments. */
interface Cut {
  /** Bytes. */
  readonly size: number;
  readonly fragmentSize: number;
}

/** @returns how many fragments a file is cut into. */
export function fragmentCount({ size, fragmentSize }: Cut): number {
  return Math.ceil(size / fragmentSize);
}

/** @returns how many fragments of a file are locked: those that are in none of the plain ranges [from, to). */
export function lockedCount(file: Cut & { readonly plain: readonly [from: number, to: number][] }): number {
  return file.plain.reduce((count, [from, to]) => count - (to - from), fragmentCount(file));
}
