import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CLI = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function busker(...args: string[]): Promise<Run> {
  const environment = {
    ...process.env,
    BUSKER_PASSPHRASE: "a secret of this test",
    BUSKER_HOME: join(folder, "home"),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: folder, env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code as number), stdout, stderr });
    });
  });
}

/** A refusal: status 1, nothing on standard output, what happened, what to do next, and a code for programs. */
async function expectRefusal(run: Promise<Run>, code: string): Promise<string> {
  const { stdout, stderr, ...result } = await run;
  expect({ ...result, stderr }).toMatchObject({ code: 1 });
  expect(stdout).toBe("");
  const [message, hint, name] = stderr.trim().split("\n").slice(-3);
  expect(message).toMatch(/^Error: .+[.!?]$/);
  expect(hint).toMatch(/\S/);
  expect(name).toBe(`(${code})`);
  return stderr;
}

async function work(name: string, files: Record<string, string>): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(place, file), content);
  return place;
}

const pack = (place: string, ...options: string[]): Promise<Run> =>
  busker("pack", place, "--artist", "A", ...options);

describe("pack refuses", () => {
  test("a folder that is not there", () => expectRefusal(pack(join(folder, "nowhere")), "FOLDER_UNREADABLE"));

  test("an empty folder", async () => expectRefusal(pack(await work("empty", {})), "FOLDER_EMPTY"));

  test("a file without content, naming it", async () => {
    const text = await expectRefusal(pack(await work("zero", { "a.txt": "a", "b.mp3": "" })), "FILE_EMPTY");
    expect(text).toContain("b.mp3");
  });

  test("a symbolic link, naming it", async () => {
    const place = await work("link", { "a.txt": "a" });
    await symlink(join(place, "a.txt"), join(place, "b.txt"));
    expect(await expectRefusal(pack(place), "FILE_IS_LINK")).toContain("b.txt");
  });

  test("a name that another system cannot hold", async () =>
    expectRefusal(pack(await work("names", { "what?.txt": "a" })), "NAME_NOT_PORTABLE"));

  test("two names that differ in case only", async () =>
    expectRefusal(pack(await work("twice", { "Song.txt": "a", "song.txt": "b" })), "NAME_TWICE"));

  test("plain ranges of a file that is not there", async () => {
    const place = await work("plain", { "a.txt": "a" });
    await expectRefusal(pack(place, "--plain", "b.txt=0-1"), "BAD_PLAIN_RANGE");
  });

  test("a work of which everything would be plain", async () => {
    const place = await work("all-plain", { "a.txt": "abc" });
    await expectRefusal(pack(place, "--plain", "a.txt=0-3"), "NOTHING_LOCKED");
  });
});

describe("a packed draft", () => {
  beforeAll(async () => {
    const { code, stderr } = await pack(await work("Song", { "song.txt": "la la la" }));
    if (code !== 0) throw new Error(stderr);
  });

  test("is not packed over by accident, since that would lose its key", async () =>
    expectRefusal(pack(join(folder, "Song")), "DRAFT_EXISTS"));

  test("keeps its key when packing it anew fails", async () => {
    const file = join(folder, "home", "drafts", "song", "content-key.json");
    const before = await readFile(file, "utf8");
    await expectRefusal(pack(join(folder, "Song"), "--force", "--cover", "none.png"), "MANIFEST_INVALID");
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test("keeps its key under a passphrase only, in files for its owner alone", async () => {
    const file = join(folder, "home", "drafts", "song", "content-key.json");
    expect((await stat(file)).mode & 0o077).toBe(0);
    const keystore = JSON.parse(await readFile(file, "utf8")) as { cipher: { name: string } };
    expect(keystore.cipher.name).toBe("xsalsa20-poly1305");
  });

  test("cannot be created before keyholders made offers", () =>
    expectRefusal(busker("create", "song"), "NO_OFFERS"));

  test("is named when another one is asked for", async () =>
    expect(await expectRefusal(busker("create", "sing"), "NO_DRAFT")).toContain("song"));
});

describe("without a running system", () => {
  test("a command says how to start one", async () =>
    expect(await expectRefusal(busker("release"), "NO_SYSTEM")).toContain("npm start"));

  test("a demo account is refused before anything is written for it", async () => {
    const place = await work("Demo", { "song.txt": "la la la" });
    await expectRefusal(pack(place, "--as", "artist"), "NO_SYSTEM");
  });

  test("a chain endpoint that does not answer is named, without a key in its path", async () => {
    const contract = "0x0000000000000000000000000000000000000001";
    const text = await expectRefusal(
      busker("--rpc", "http://127.0.0.1:1/secret-path", "--contract", contract, "release"),
      "RPC_UNREACHABLE",
    );
    expect(text).toContain("http://127.0.0.1:1");
    expect(text).not.toContain("secret-path");
  });

  test("programs get the error as JSON", async () => {
    const { code, stdout } = await busker("--json", "release");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: "NO_SYSTEM", hint: expect.any(String) as string });
  });
});

describe("what a person mistypes", () => {
  test("a missing argument is an error as JSON too, for programs", async () => {
    const { code, stdout } = await busker("--json", "release", "--home");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: "USAGE", hint: expect.any(String) as string });
  });

  test("an unknown command is told apart from a failure, with a way to help", async () => {
    const { code, stderr } = await busker("publsh");
    expect(code).toBe(1);
    expect(stderr).toContain("Did you mean publish?");
    expect(stderr).toContain("--help");
  });

  test("every command explains itself", async () => {
    const { stdout } = await busker("--help");
    const names = [...stdout.matchAll(/^ {2}([a-z-]+)(?: .*)?$/gm)].map((match) => match[1]!);
    const verbs =
      "pack publish call create seal audit pledge unpledge release reveal unlock publish-key finalize refund open verify report absence stake cash-out dispute keyholders withdraw";
    expect(names).toEqual(expect.arrayContaining(verbs.split(" ")));
  });
});
