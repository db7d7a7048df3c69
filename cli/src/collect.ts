/** For an option that may be repeated: all that was given. */
export function collect(value: string, all: readonly string[] = []): string[] {
  return [...all, value];
}
