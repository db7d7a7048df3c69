// Writes the archives beside this file and archives.json about them: `node test/vectors/archives/generate.ts`.
//
// These are made by the SDK. What holds them against its documentation is the reader in test/reader, which shares nothing with it.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { packArchive } from "@busker/sdk/archive/pack.ts";
import { blobInput } from "@busker/sdk/archive/input.ts";
import type { ByteRange } from "@busker/sdk/archive/plan.ts";
import { tarOf } from "@busker/sdk/archive/testing/tarOf.ts";
import { MemoryStore } from "@busker/sdk/content/memory.ts";
import { toHex } from "@busker/sdk/crypto/bytes.ts";
import { chunkKey } from "@busker/sdk/crypto/chunkKey.ts";
import { format } from "prettier";

/** Bytes of a work, its keys and its salts: SHA-256 in counter mode, so that anybody can make them. */
function material(label: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
    createHash("sha256").update(`Busker archive vector, ${label}, ${n}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

interface Case {
  readonly name: string;
  readonly files: readonly { path: string; size: number; mediaType: string; plain?: readonly ByteRange[] }[];
  readonly cover?: string;
}

const CASES: readonly Case[] = [
  { name: "one-byte", files: [{ path: "note.txt", size: 1, mediaType: "text/plain" }] },
  {
    name: "song",
    files: [
      { path: "cover.png", size: 700, mediaType: "image/png" },
      { path: "Lied für Élise.ogg", size: 70_001, mediaType: "audio/ogg", plain: [[0, 20_000]] },
      { path: "texts/words.txt", size: 512, mediaType: "text/plain" },
    ],
    cover: "cover.png",
  },
];

/** @returns the tar files by name, and the text of archives.json. */
export async function archiveVectors(): Promise<{ tars: Map<string, Uint8Array>; json: string }> {
  const tars = new Map<string, Uint8Array>();
  const facts = [];
  for (const { name, files, cover } of CASES) {
    const contentKey = Uint8Array.from(material(`${name} content key`, 32));
    const archiveSalt = Uint8Array.from(material(`${name} archive salt`, 32));
    const store = new MemoryStore();
    const contents = files.map(({ path, size }) => ({ path, bytes: material(`${name} ${path}`, size) }));
    const packed = await packArchive({
      files: files.map(({ path, mediaType, plain }, n) =>
        blobInput(path, new Blob([Uint8Array.from(contents[n]!.bytes)]), {
          mediaType,
          ...(plain === undefined ? {} : { plain }),
        }),
      ),
      work: {
        title: `The archive "${name}"`,
        artist: "Busker",
        licence: { spdx: "CC0-1.0" },
        ...(cover === undefined ? {} : { cover }),
      },
      lock: { contentKey, archiveSalt },
      sink: store,
    });
    tars.set(`${name}.tar`, await tarOf(store, packed.root));
    facts.push({
      tar: `${name}.tar`,
      archive: packed.root.toString(),
      chunkRoot: toHex(packed.chunkRoot),
      keyHash: toHex(packed.keyHash),
      chunkCount: packed.chunkCount,
      contentKey: toHex(contentKey),
      archiveSalt: toHex(archiveSalt),
      chunkKeys: Array.from({ length: packed.chunkCount }, (_, j) => toHex(chunkKey(contentKey, archiveSalt, j))),
      files: contents.map(({ path, bytes }) => ({
        path,
        size: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      })),
    });
  }
  return { tars, json: await format(JSON.stringify(facts), { parser: "json", printWidth: 110 }) };
}

if (import.meta.main) {
  const { tars, json } = await archiveVectors();
  for (const [name, bytes] of tars) await writeFile(new URL(name, import.meta.url), bytes);
  await writeFile(new URL("archives.json", import.meta.url), json);
}
