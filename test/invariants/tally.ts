import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How often each thing happened in all runs, by its name: verbs done and refused, states reached, calls and runs. */
export function readTally(folder: string): Map<string, number> {
  const tally = new Map<string, number>();
  for (const file of globSync("*.txt", { cwd: folder })) {
    let before = "";
    for (const line of readFileSync(join(folder, file), "utf8").trim().split("\n")) {
      // The runner ends a campaign by playing its last run once more.
      if (line === before) continue;
      before = line;
      for (const entry of line.split(";")) {
        const [name = "", times] = entry.split("=");
        tally.set(name, (tally.get(name) ?? 0) + Number(times));
      }
    }
  }
  return tally;
}
