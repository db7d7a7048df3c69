import { execFile } from "node:child_process";
import { constants, createReadStream } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { alignedMemory } from "@busker/sdk/release/node/directFile.ts";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import nacl from "tweetnacl";

/*
 * What others make of the same bytes, in MB/s.
 */
const run = promisify(execFile);
const MIB = 2 ** 20;

/** `tar | age`, then `ipfs add` into a new repository of Kubo's. @returns null where one of them is missing */
export async function ageThenKubo(folder: string, work: string): Promise<number | null> {
  const missing: string[] = [];
  for (const [program, argument] of [
    ["tar", "--version"],
    ["age", "--version"],
    ["ipfs", "version"],
  ] as const) {
    await run(program, [argument]).catch(() => missing.push(program));
  }
  if (missing.length > 0) {
    process.stdout.write(`Not compared with tar | age, then ipfs add: ${missing.join(", ")} not found.\n`);
    return null;
  }
  const repository = join(folder, "kubo");
  const [identity, locked] = [join(folder, "identity"), join(folder, "work.tar.age")];
  const env = { ...process.env, IPFS_PATH: repository };
  try {
    await run("ipfs", ["init", "--profile=test"], { env });
    await run("age-keygen", ["-o", identity]);
    const script = 'tar -C "$1" -cf - . | age -e -i "$2" -o "$3" && ipfs add --quieter "$3"';
    return await rateOf(work, () =>
      run("bash", ["-o", "pipefail", "-c", script, "-", work, identity, locked], { env }),
    );
  } finally {
    for (const path of [repository, identity, locked]) await rm(path, { recursive: true, force: true });
  }
}

/** The same format by age-encryption, from npm, to nowhere. */
export async function npmAge(path: string, bytes: number): Promise<number> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  const start = performance.now();
  const input = createReadStream(path, { end: bytes - 1, highWaterMark: MIB });
  const output = await encrypter.encrypt(Readable.toWeb(input) as ReadableStream<Uint8Array>);
  for await (const _ of output);
  return bytes / 1e3 / (performance.now() - start);
}

/** Secret boxes of 1 MiB by tweetnacl, to nowhere. */
export async function secretBoxes(path: string, bytes: number): Promise<number> {
  const key = nacl.randomBytes(nacl.secretbox.keyLength);
  const start = performance.now();
  for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: MIB })) {
    nacl.secretbox(piece as Buffer, nacl.randomBytes(nacl.secretbox.nonceLength), key);
  }
  return bytes / 1e3 / (performance.now() - start);
}

/** Writes as many bytes as a work has to the disk, past the page cache where that can be done, and waits until they are there. */
export async function directWrite(folder: string, work: string): Promise<number> {
  const path = join(folder, "direct");
  const memory = alignedMemory(4 * MIB);
  try {
    return await rateOf(work, async (size) => {
      const flags = constants.O_WRONLY | constants.O_CREAT;
      const file = await open(path, flags | (constants.O_DIRECT ?? 0)).catch(() => open(path, flags));
      for (let done = 0; done < size; done += 4 * MIB) await file.write(memory, 0, 4 * MIB, done);
      await file.datasync();
      await file.close();
    });
  } finally {
    await rm(path, { force: true });
  }
}

async function rateOf(work: string, what: (size: number) => Promise<unknown>): Promise<number> {
  const sizes = (await readdir(work)).map(async (name) => (await stat(join(work, name))).size);
  const size = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  const start = performance.now();
  await what(size);
  return size / 1e3 / (performance.now() - start);
}
