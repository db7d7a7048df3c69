/** Control characters, and marks that turn the direction of text. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** @returns the text as one line in which a stranger can neither rewrite a terminal nor turn the direction of text. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, " ");
}
