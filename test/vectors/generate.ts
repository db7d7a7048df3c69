// Writes the vectors beside this file: `node test/vectors/generate.ts`.
//
// Nothing here imports the SDK or its cryptographic packages. Expectations come from node:crypto (OpenSSL) and from the
// plain reference implementations in ./reference, which ./reference.test.ts holds against published vectors.
import { writeFile } from "node:fs/promises";
import { format } from "prettier";

import { audits } from "./sources/audits.ts";
import { chunkKeys, chunkTrees } from "./sources/chunks.ts";
import { envelopes, multiplications } from "./sources/envelopes.ts";
import { fragments } from "./sources/fragments.ts";
import { keystores, recipients } from "./sources/boxes.ts";
import { releaseKeys } from "./sources/releaseKeys.ts";
import { shares } from "./sources/shares.ts";
import { terms, typedData } from "./sources/typedData.ts";

const SOURCES: Record<string, () => object> = {
  "chunk-keys": chunkKeys,
  "chunk-trees": chunkTrees,
  fragments,
  shares,
  multiplications,
  envelopes,
  terms,
  "typed-data": typedData,
  "release-keys": releaseKeys,
  audits,
  recipients,
  keystores,
};

/** @returns the text of every vector file by its name. */
export async function vectorFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, source] of Object.entries(SOURCES))
    files.set(`${name}.json`, await format(JSON.stringify(source()), { parser: "json", printWidth: 110 }));
  return files;
}

if (import.meta.main)
  for (const [name, text] of await vectorFiles()) await writeFile(new URL(name, import.meta.url), text);
