/** @returns the text without anything that may be a secret key, so that one given in a wrong place is not shown again. */
export function hideKeys(text: string): string {
  return text.replace(/(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])/g, "…");
}
