import { rm } from "node:fs/promises";
import { openWork, packWork } from "./archive.ts";
import { runProcess } from "./inProcess.ts";
import { against, type Figure } from "./report.ts";
import { inFolder, makeWork } from "./works.ts";

const GIGABYTES = [0.1, 1, 8];
/** What packing and opening may take above the runtime's own, in MB. */
const MEMORY_LIMIT = 256;

/** How time and memory grow with the work. The time per GB is held against that of 1 GB. */
export function growth(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const idle = (await runProcess("idle")).peakBytes;
    const megabytes = ({ peakBytes }: { peakBytes: number }): number => (peakBytes - idle) / 1e6;
    const measured = [];
    for (const size of GIGABYTES) {
      const work = await makeWork(folder, [size * 1e9]);
      const packed = await packWork(folder, work);
      const opened = await openWork(folder, packed);
      measured.push({ size, packed, opened });
      await rm(work, { recursive: true });
    }
    const base = measured.find(({ size }) => size === 1)!;
    return measured.flatMap(({ size, packed, opened }) => [
      against(`pack ${size} GB, ÷ as much of 1 GB`, packed.seconds / size, base.packed.seconds, "s/GB"),
      against(`open ${size} GB, ÷ as much of 1 GB`, opened.seconds / size, base.opened.seconds, "s/GB"),
      against(`pack ${size} GB, memory above the runtime's`, megabytes(packed), MEMORY_LIMIT, "MB"),
      against(`open ${size} GB, memory above the runtime's`, megabytes(opened), MEMORY_LIMIT, "MB"),
    ]);
  });
}
