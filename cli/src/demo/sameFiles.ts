import { open, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

const CHUNK_BYTES = 1 << 20;

/** Compares files of two folders byte by byte. @returns paths that differ or are missing in the copy */
export async function differentFiles(
  original: string,
  copy: string,
  paths: readonly string[],
): Promise<string[]> {
  const different: string[] = [];
  for (const path of paths) {
    if (!(await sameBytes(join(original, path), join(copy, path)))) different.push(path);
  }
  return different;
}

/** All regular files below a folder, relative with `/`, hidden ones left out. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((path) => !path.split("/").some((part) => part.startsWith(".")))
    .sort();
}

async function sameBytes(left: string, right: string): Promise<boolean> {
  const handles: FileHandle[] = [];
  try {
    for (const path of [left, right]) handles.push(await open(path, "r"));
    const [a, b] = handles as [FileHandle, FileHandle];
    const buffers = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)] as const;
    for (let at = 0; ;) {
      const [{ bytesRead: n }, { bytesRead: m }] = await Promise.all([
        a.read(buffers[0], 0, CHUNK_BYTES, at),
        b.read(buffers[1], 0, CHUNK_BYTES, at),
      ]);
      if (n !== m || buffers[0].compare(buffers[1], 0, m, 0, n) !== 0) return false;
      if (n === 0) return true;
      at += n;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  } finally {
    for (const handle of handles) await handle.close();
  }
}
