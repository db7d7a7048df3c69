import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const FILES = ["lena.flac", "lena.mp3", "lena.ogg", "lena.wav"];

/** Makes a folder with a small real recording: the one of the package `audio-lena`, in four formats. */
export async function sampleAlbum(folder: string): Promise<string> {
  const source = dirname(createRequire(import.meta.url).resolve("audio-lena"));
  const album = join(folder, "Lena");
  await mkdir(album, { recursive: true });
  for (const file of FILES) await copyFile(join(source, file), join(album, file));
  return album;
}
