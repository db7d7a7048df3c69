import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** One measured figure. `limit` is what it is held against in the same run, a physical limit or a peer; `ratio` is value ÷ limit. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  limit: number | null;
  ratio: number | null;
}

/** @returns a figure with what it is held against, in MB/s unless said otherwise */
export function against(figure: string, value: number, limit: number, unit = "MB/s"): Figure {
  return { figure, value, unit, limit, ratio: value / limit };
}

/** @returns a figure that is held against nothing */
export function alone(figure: string, value: number, unit = "MB/s"): Figure {
  return { figure, value, unit, limit: null, ratio: null };
}

/** @returns the middle one, the higher of two */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Prints figures as a table and writes them to bench/results/NAME.json. */
export async function report(name: string, figures: readonly Figure[]): Promise<void> {
  process.stdout.write(`${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}\n`);
  console.table(
    figures.map(({ figure, value, unit, limit, ratio }) => ({
      figure,
      value: `${round(value)} ${unit}`,
      limit: limit === null ? "" : `${round(limit)} ${unit}`,
      ratio: ratio === null ? "" : round(ratio),
    })),
  );
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}${name}.json`, `${JSON.stringify(figures, null, 2)}\n`);
}

function round(value: number): string {
  return value.toPrecision(3);
}
