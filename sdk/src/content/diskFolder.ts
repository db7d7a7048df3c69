import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import {
  access,
  link,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { asideNameOf, asideSince, freshName, isAside, nameBefore } from "./carNames.ts";
import { ASIDE_MS, CLOCK_LAG_MS, TOUCH_AGAIN_MS } from "./constants.ts";
import { DiskFile } from "./diskFile.ts";
import { isMissing, unlessMissing, type Folder } from "./folder.ts";
import { OpenFiles } from "./openFiles.ts";
import { makeDirectory, syncDirectory } from "./syncDirectory.ts";

/** A folder on this machine's disk, which several processes may share. Names that begin with a dot are its own. */
export class DiskFolder implements Folder {
  readonly path: string;
  readonly #open = new OpenFiles();
  #listedAt = -1n;
  #touched = { name: "", at: 0 };

  constructor(path: string) {
    this.path = path;
  }

  async prepare(): Promise<void> {
    await makeDirectory(this.path);
    // Nothing is written: a full disk can be read from, and collected on.
    await access(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
  }

  async list(): Promise<string[]> {
    return (await this.#names()).filter((name) => !isOwn(name));
  }

  async listChanged(): Promise<string[] | null> {
    const { mtimeNs } = await unlessMissing(stat(this.path, { bigint: true }), { mtimeNs: -1n });
    if (mtimeNs === this.#listedAt) return null;
    const names = await this.list();
    // A change right after the listing may leave the same time.
    this.#listedAt = BigInt(Date.now() - CLOCK_LAG_MS) * 1_000_000n > mtimeNs ? mtimeNs : -1n;
    return names;
  }

  async create(name: string): Promise<DiskFile> {
    await makeDirectory(this.path);
    return DiskFile.open(this.#at(name), "wx+");
  }

  async open(name: string): Promise<DiskFile> {
    await makeDirectory(this.path);
    for (;;) {
      const file = await DiskFile.open(this.#at(name), constants.O_RDWR | constants.O_CREAT);
      try {
        await file.touch();
        // A collection may have taken it just before; from now on it is young.
        const named = await unlessMissing(stat(this.#at(name), { bigint: true }), null);
        if (named?.ino === (await file.inode())) return file;
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
    }
  }

  openToRead(name: string): Promise<DiskFile> {
    return DiskFile.open(this.#at(name), "r");
  }

  read(name: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#open.read(this.#at(name), offset, length);
  }

  readWhole(name: string): Promise<Uint8Array> {
    return readFile(this.#at(name));
  }

  async modifiedAt(name: string): Promise<number> {
    return (await stat(this.#at(name))).mtimeMs;
  }

  /** A collection leaves what was touched up to CLOCK_LAG_MS before it began: what was touched just now need not be touched again. */
  async touch(name: string): Promise<void> {
    const now = new Date();
    if (name === this.#touched.name && Math.abs(now.getTime() - this.#touched.at) < TOUCH_AGAIN_MS) return;
    await utimes(this.#at(name), now, now);
    this.#touched = { name, at: now.getTime() };
  }

  async flush(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const file = await unlessMissing(DiskFile.open(this.#at(name), "r+"), null);
      try {
        await file?.flush();
      } finally {
        await file?.close();
      }
    }
    await syncDirectory(this.path);
  }

  /** It is moved aside before its time is looked at: a touch comes either before, and it goes back, or finds nothing. */
  async removeUntouched(name: string, since: number): Promise<boolean> {
    if ((await this.modifiedAt(name)) >= since) return false;
    const aside = asideNameOf(name);
    await rename(this.#at(name), this.#at(aside));
    if ((await this.modifiedAt(aside)) >= since) {
      await this.#putBack(aside);
      return false;
    }
    await unlink(this.#at(aside));
    return true;
  }

  async recover(since: number): Promise<void> {
    const dead = Date.now() - ASIDE_MS;
    const old = Math.min(since, dead);
    for (const name of await this.#names()) {
      if (isAside(name)) {
        if (asideSince(name) < dead) await unlessMissing(this.#putBack(name), undefined);
      } else if (isOwn(name) && (await unlessMissing(this.modifiedAt(name), old)) < old) {
        await rm(this.#at(name), { recursive: true, force: true });
      }
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.#at(name), { force: true });
  }

  async ensure(name: string): Promise<void> {
    await makeDirectory(this.path);
    await writeFile(this.#at(name), "", { flag: "a" });
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = this.#at(`.${name}.${randomBytes(6).toString("hex")}`);
    try {
      await writeFile(temporary, bytes, { flush: true });
      await rename(temporary, this.#at(name));
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncDirectory(this.path);
  }

  forget(name: string): Promise<void> {
    return this.#open.forget(this.#at(name));
  }

  close(): Promise<void> {
    return this.#open.close();
  }

  /** Gives a file its name again; another one when that was taken meanwhile. */
  async #putBack(aside: string): Promise<void> {
    try {
      await link(this.#at(aside), this.#at(nameBefore(aside)));
    } catch (error) {
      if (isMissing(error)) throw error;
      // Some file systems have no links; a new name is nobody's.
      await rename(this.#at(aside), this.#at(freshName()));
      return;
    }
    await unlink(this.#at(aside));
  }

  #names(): Promise<string[]> {
    return unlessMissing(readdir(this.path), []);
  }

  #at(name: string): string {
    return join(this.path, name);
  }
}

function isOwn(name: string): boolean {
  return name.startsWith(".");
}
