import { execFile } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../../content/memory.ts";
import { openArchive } from "../open.ts";
import { smallDisk } from "../../content/testing/smallDisk.ts";
import { LOCK, noise, pack } from "../testing/fixture.ts";
import { folderFiles } from "./folderFiles.ts";
import { folderSink } from "./folderSink.ts";
import type { ManifestFile } from "../manifest.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-folder-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function put(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

const fails = (code: string, words?: string) =>
  expect.objectContaining(
    words === undefined ? { code } : { code, message: expect.stringContaining(words) as string },
  );

describe("the files of a folder", () => {
  it("are sorted as people count, with media types, and hidden ones left out", async () => {
    await put({
      "10 last.flac": "x",
      "2 second.ogg": "x",
      "1 first.mp3": "x",
      "Disc 2/a.pdf": "x",
      "disc 1/b": "x",
      ".DS_Store": "x",
      "disc 1/.hidden/c": "x",
    });
    const { files, skipped } = await folderFiles(directory);
    expect(files.map(({ path, mediaType }) => [path, mediaType])).toEqual([
      ["1 first.mp3", "audio/mpeg"],
      ["2 second.ogg", "audio/ogg"],
      ["10 last.flac", "audio/x-flac"],
      ["disc 1/b", "application/octet-stream"],
      ["Disc 2/a.pdf", "application/pdf"],
    ]);
    expect(skipped).toEqual([".DS_Store", "disc 1/.hidden"]);
  });

  it("must exist", async () => {
    await expect(folderFiles(join(directory, "nowhere"))).rejects.toEqual(
      fails("FOLDER_UNREADABLE", "no such folder"),
    );
    await put({ file: "x" });
    await expect(folderFiles(join(directory, "file"))).rejects.toEqual(
      fails("FOLDER_UNREADABLE", "not a folder"),
    );
    await rm(join(directory, "file"));
    await expect(folderFiles(directory)).rejects.toEqual(fails("FOLDER_EMPTY"));
    await put({ ".DS_Store": "x" });
    await expect(folderFiles(directory)).rejects.toEqual(fails("FOLDER_EMPTY", ".DS_Store"));
  });

  it("must not be empty", async () => {
    await put({ "a.ogg": "x", "b/empty.ogg": "" });
    await expect(folderFiles(directory)).rejects.toEqual(fails("FILE_EMPTY", "b/empty.ogg"));
  });

  it("must not be symbolic links, to files or folders", async () => {
    await put({ "a.ogg": "x" });
    await symlink(join(directory, "a.ogg"), join(directory, "link.ogg"));
    await expect(folderFiles(directory)).rejects.toEqual(fails("FILE_IS_LINK", "link.ogg"));
    await rm(join(directory, "link.ogg"));
    await symlink(tmpdir(), join(directory, "folder"));
    await expect(folderFiles(directory)).rejects.toEqual(fails("FILE_IS_LINK", "folder"));
  });

  it("must not be pipes", async () => {
    await promisify(execFile)("mkfifo", [join(directory, "pipe")]);
    await expect(folderFiles(directory)).rejects.toEqual(fails("FILE_IS_SPECIAL", "pipe"));
  });

  it("must be readable", async () => {
    await put({ "a.ogg": "x" });
    await chmod(join(directory, "a.ogg"), 0);
    await chmod(directory, 0o755);
    const read = () => folderFiles(directory);
    await expect(asNobody(read)).rejects.toEqual(fails("FILE_UNREADABLE", "EACCES"));
  });

  it.each(["aux.ogg", "a:b.ogg", "what?.ogg", "tab\t.ogg", "dot.", "back\\slash"])(
    "must not be called %j",
    async (name) => {
      await put({ [name]: "x" });
      await expect(folderFiles(directory)).rejects.toEqual(fails("NAME_NOT_PORTABLE"));
    },
  );

  it("must have names in Unicode", async () => {
    await writeFile(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x61, 0xff, 0x62])]), "x");
    await expect(folderFiles(directory)).rejects.toEqual(fails("NAME_NOT_PORTABLE", "Unicode"));
  });

  it("must not differ in case or composition only", async () => {
    await put({ "Song.ogg": "x", "song.ogg": "x" });
    await expect(folderFiles(directory)).rejects.toEqual(fails("NAME_TWICE"));
    await rm(join(directory, "song.ogg"));
    await put({ "\u00e9.ogg": "x", "e\u0301.ogg": "x" });
    await expect(folderFiles(directory)).rejects.toEqual(fails("NAME_TWICE"));
  });

  it("must stay as they are between listing and packing", async () => {
    const path = join(directory, "a.ogg");
    const changes: (() => Promise<unknown>)[] = [
      () => truncate(path, 99_999),
      () => writeFile(path, noise(100_001, 1)),
      () => utimes(path, 1, 1),
    ];
    for (const change of changes) {
      await put({ "a.ogg": noise(100_000, 1) });
      const { files } = await folderFiles(directory);
      await change();
      await expect(pack(new MemoryStore(), files)).rejects.toEqual(fails("FILE_CHANGED", "a.ogg"));
    }
    const { files } = await folderFiles(directory);
    await rm(path);
    await expect(pack(new MemoryStore(), files)).rejects.toEqual(fails("FILE_UNREADABLE", "ENOENT"));
    await symlink("/etc/passwd", path);
    await expect(pack(new MemoryStore(), files)).rejects.toEqual(fails("FILE_UNREADABLE", "ELOOP"));
  });

  it("must not be written to while they are packed", async () => {
    await put({ "a.ogg": noise(3_000_000, 1) });
    const { files } = await folderFiles(directory);
    let change: Promise<void> | undefined;
    const onProgress = (): void => void (change ??= truncate(join(directory, "a.ogg"), 10));
    await expect(pack(new MemoryStore(), files, { onProgress })).rejects.toEqual(fails("FILE_CHANGED"));
    await change;
  });
});

describe("opening into a folder", () => {
  const contents = { "a.ogg": noise(200_000, 1), "disc/b.ogg": noise(70_000, 2) };
  const archive = async () => {
    await put({ "in/a.ogg": contents["a.ogg"], "in/disc/b.ogg": contents["disc/b.ogg"] });
    const store = new MemoryStore();
    const { files } = await folderFiles(join(directory, "in"));
    const { root } = await pack(store, files);
    return { source: store, root, contentKey: LOCK.contentKey };
  };
  const file = (path: string): ManifestFile => ({
    path,
    size: 1,
    mediaType: "a/b",
    fragmentSize: 1,
    plain: [],
  });

  it("writes the files with nothing left over", async () => {
    const out = join(directory, "new", "out");
    await openArchive({ ...(await archive()), sink: folderSink(out) });
    expect((await readdir(out, { recursive: true })).sort()).toEqual(["a.ogg", "disc", "disc/b.ogg"]);
    for (const [path, bytes] of Object.entries(contents)) {
      expect(Buffer.compare(await readFile(join(out, path)), bytes)).toBe(0);
    }
  });

  it("overwrites nothing unless told to", async () => {
    const opened = await archive();
    await put({ "out/disc/b.ogg": "mine" });
    const out = join(directory, "out");
    await expect(openArchive({ ...opened, sink: folderSink(out) })).rejects.toEqual(
      fails("FILE_EXISTS", "disc/b.ogg"),
    );
    expect(await readdir(out, { recursive: true })).toEqual(["disc", "disc/b.ogg"]);
    expect(await readFile(join(out, "disc/b.ogg"), "utf8")).toBe("mine");
    await openArchive({ ...opened, sink: folderSink(out, { overwrite: true }) });
    expect(Buffer.compare(await readFile(join(out, "disc/b.ogg")), contents["disc/b.ogg"])).toBe(0);
  });

  it("does not overwrite a file that appears meanwhile", async () => {
    const opened = await archive();
    const out = join(directory, "out");
    const sink = folderSink(out);
    const late = {
      ...sink,
      commit: async () => (await writeFile(join(out, "a.ogg"), "mine"), sink.commit()),
    };
    await expect(openArchive({ ...opened, sink: late })).rejects.toEqual(fails("FILE_EXISTS", "a.ogg"));
    expect(await readFile(join(out, "a.ogg"), "utf8")).toBe("mine");
    expect((await readdir(out, { recursive: true })).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("leaves nothing behind after an error", async () => {
    const opened = await archive();
    const keys = [...opened.source.blocks.keys()].filter((key) => key.startsWith("bafkrei"));
    opened.source.blocks.delete(keys.at(-2)!);
    const out = join(directory, "out");
    await expect(openArchive({ ...opened, sink: folderSink(out) })).rejects.toEqual(
      fails("CONTENT_NOT_FOUND"),
    );
    expect(
      (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
    ).toEqual([]);
  });

  it.each(["../out.ogg", "/etc/out.ogg", "a/../../out.ogg", "nul", "a\\..\\b", "a/"])(
    "never writes to %j",
    async (path) => {
      await expect(folderSink(directory).begin([file(path)])).rejects.toEqual(fails("NAME_NOT_PORTABLE"));
    },
  );

  it("does not follow links out of the folder, there before or put there meanwhile", async () => {
    await mkdir(join(directory, "elsewhere"));
    await mkdir(join(directory, "out"));
    const sink = folderSink(join(directory, "out"), { overwrite: true });
    await sink.begin([file("disc/b.ogg")]);
    await symlink(join(directory, "elsewhere"), join(directory, "out", "disc"));
    await expect(sink.create(file("disc/b.ogg"))).rejects.toEqual(fails("PATH_ESCAPES", "disc"));
    await expect(sink.begin([file("disc/b.ogg")])).rejects.toEqual(fails("PATH_ESCAPES"));
    expect(await readdir(join(directory, "elsewhere"))).toEqual([]);
  });

  it("shows no file when one of them cannot be shown", async () => {
    const out = join(directory, "out");
    const sink = folderSink(out);
    const files = [file("a.ogg"), file("b.ogg"), file("c.ogg")];
    await sink.begin(files);
    for (const one of files) {
      const writer = await sink.create(one);
      await writer.write(Buffer.from("ours"));
      await writer.close();
    }
    await writeFile(join(out, "b.ogg"), "another's");
    await expect(sink.commit()).rejects.toEqual(fails("FILE_EXISTS", "b.ogg"));
    await sink.discard();
    expect(await readdir(out)).toEqual(["b.ogg"]);
    expect(await readFile(join(out, "b.ogg"), "utf8")).toBe("another's");
  });

  it("leaves gaps where it is told to skip, in files of their full size", async () => {
    const out = join(directory, "out");
    const sink = folderSink(out);
    await sink.begin([file("a.ogg")]);
    const writer = await sink.create(file("a.ogg"));
    await writer.skip(1_000_000);
    await writer.write(Buffer.from("middle"));
    await writer.skip(2_000_000);
    await writer.close();
    await sink.commit();
    const { size, blocks } = await stat(join(out, "a.ogg"));
    expect(size).toBe(3_000_006);
    expect(blocks * 512).toBeLessThan(size);
    const bytes = await readFile(join(out, "a.ogg"));
    expect(bytes.toString("utf8", 1_000_000, 1_000_006)).toBe("middle");
    expect(bytes.filter((byte) => byte !== 0).length).toBe(6);
  });

  it("says so when the disk is full, leaves nothing behind, and can be repeated", async ({ skip }) => {
    const disk = await smallDisk(4096);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      const out = join(disk.directory, "out");
      const filler = join(disk.directory, "filler");
      await writeFile(filler, noise(4 * 2 ** 20 - 64 * 1024, 1));
      const options = await archive();
      const opening = openArchive({ ...options, sink: folderSink(out) });
      await expect(opening).rejects.toEqual(fails("DISK_FULL", disk.directory));
      expect(await filesIn(out)).toEqual([]);
      await rm(filler);
      await openArchive({ ...options, sink: folderSink(out) });
      expect((await filesIn(out)).length).toBeGreaterThan(0);
    } finally {
      await disk.remove();
    }
  });
});

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** The administrator may read every file, so it acts as somebody who may not. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
