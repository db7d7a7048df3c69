import { measures } from "./read.ts";

/** What the page offers to who drives it. */
export type Measures = typeof measures;

Object.assign(globalThis, { measures });
