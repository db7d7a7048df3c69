import { openPage, type Page } from "./gateways/browser.ts";
import { measures, type Opened } from "./gateways/read.ts";
import { serveFile } from "./gateways/serve.ts";
import { against, median, type Figure } from "./report.ts";
import { inFolder } from "./works.ts";

/*
 * A page and Node read a file of 2 GB in an opened archive from the HTTP gateways of two nodes, each a process of its own, over
 * loopback: every block is checked and decrypted. Next to it, in the same run, the same blocks are fetched and thrown away.
 */
const FILE_BYTES = 2e9;
const NODES = 2;
const PART_BYTES = 192e6;
const PARTS = 3;
const SEEKS = 25;
/** Requests that Chromium has under way to one host. */
const PER_HOST = 6;

type Runner = Pick<Page, "run">;

export function gateways(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const served = await serveFile(folder, FILE_BYTES, NODES);
    try {
      const { close: _, ...opened } = served;
      const here: Runner = {
        run: (name, ...parameters) => (measures[name] as (...all: unknown[]) => never)(...parameters),
      };
      const page = await openPage();
      try {
        return [...(await figures("browser", page, opened)), ...(await figures("Node", here, opened))];
      } finally {
        await page.close();
      }
    } finally {
      await served.close();
    }
  });
}

async function figures(where: string, runner: Runner, opened: Opened): Promise<Figure[]> {
  // No part twice: a browser keeps what it has fetched.
  let next = 0;
  const parts = (): [number, number][] =>
    Array.from({ length: PARTS }, () => [next, (next += PART_BYTES)] as [number, number]);
  const places = (): number[] =>
    Array.from({ length: SEEKS }, () => next + Math.floor(Math.random() * (FILE_BYTES - next)));
  const read = median(await runner.run("readParts", opened, parts()));
  const fetched = median(await runner.run("fetchParts", opened, parts(), PER_HOST * NODES));
  const seeks = await runner.run("seek", opened, places());
  const first = median(seeks.map(({ milliseconds }) => milliseconds));
  const one = median(await runner.run("fetchOne", opened, places()));
  const most = Math.max(...seeks.map(({ fragments }) => fragments));
  return [
    against(`read and decrypt over HTTP, ${where}, ÷ fetching the same blocks`, read, fetched),
    against(`first byte after a seek into 2 GB, ${where}, ÷ fetching one block`, first, one, "ms"),
    against(`fragments fetched for a seek, at most, ${where}`, most, 1, "fragments"),
  ];
}
