import * as z from "zod";
import { manifestSchema } from "./manifest.ts";

/** @returns the text of sdk/schema/release.schema.json: JSON Schema (draft 2020-12) of release.json. */
export function releaseJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(manifestSchema), null, 2)}\n`;
}
