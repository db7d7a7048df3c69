import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Makes a disk of a few KiB, in memory.
 *
 * @param files files and directories that it takes at most
 * @returns null where that is not allowed
 * @throws where everything is required (BUSKER_REQUIRE_ALL) and it is not allowed
 */
export async function smallDisk(
  kibibytes: number,
  files?: number,
): Promise<{ directory: string; remove: () => Promise<void> } | null> {
  const directory = await mkdtemp(join(tmpdir(), "busker-disk-"));
  try {
    await run("mount", [
      "-t",
      "tmpfs",
      "-o",
      `size=${kibibytes}k${files === undefined ? "" : `,nr_inodes=${files}`}`,
      "busker-test",
      directory,
    ]);
  } catch (error) {
    await rm(directory, { recursive: true });
    if (process.env["BUSKER_REQUIRE_ALL"] !== undefined) throw error;
    return null;
  }
  const remove = async (): Promise<void> => {
    await run("umount", [directory]);
    await rm(directory, { recursive: true });
  };
  return { directory, remove };
}
