import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openWork, packWork } from "./archive.ts";
import { cryptoLimit } from "./limit.ts";
import { ageThenKubo, directWrite, npmAge, secretBoxes } from "./packPeers.ts";
import { against, median, type Figure } from "./report.ts";
import { FILM, inFolder, makeWork, SONGS } from "./works.ts";

/** Bytes that the slow peers are measured with. */
const SAMPLE = 256e6;
const RUNS = 3;

/** Packing and opening a film and an album, against what the processor can hash and lock, and against other programs. */
export function pack(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const figures: Figure[] = [];
    for (const { name, sizes, fragment } of [
      { name: "200 songs of 8 MB", sizes: SONGS, fragment: 125_000 },
      { name: "film of 2 GB", sizes: FILM, fragment: 2 ** 20 },
    ]) {
      const work = await makeWork(folder, sizes);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      const first = join(work, "1.bin");
      const limit = (await cryptoLimit(first, fragment)) * availableParallelism();
      const packing: number[] = [];
      const pinning: number[] = [];
      const opening: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        const packed = await packWork(folder, work);
        packing.push(bytes / 1e6 / packed.seconds);
        pinning.push(bytes / 1e6 / packed.pinnedSeconds);
        opening.push(bytes / 1e6 / (await openWork(folder, packed)).seconds);
      }
      const disk = await directWrite(folder, work);
      figures.push(
        against(`pack, ${name}, ÷ SHA-256 and AES-GCM on all cores`, median(packing), limit),
        against(`pack, ${name}, ÷ writing as many bytes to the disk`, median(packing), disk),
        against(`open, ${name}, ÷ SHA-256 and AES-GCM on all cores`, median(opening), limit),
        against(`open, ${name}, ÷ writing as many bytes to the disk`, median(opening), disk),
      );
      const kubo = await ageThenKubo(folder, work);
      if (kubo !== null)
        figures.push(against(`pack and pin, ${name}, ÷ tar | age, then ipfs add`, median(pinning), kubo));
      if (sizes !== FILM) continue;
      figures.push(
        against(`pack, ${name}, ÷ age-encryption (npm)`, median(packing), await npmAge(first, SAMPLE)),
        against(
          `pack, ${name}, ÷ tweetnacl secretbox, 1 MiB at a time`,
          median(packing),
          await secretBoxes(first, SAMPLE),
        ),
      );
    }
    return figures;
  });
}
