import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import type { Measures } from "./page.ts";

const CHROMIUM = process.env["BUSKER_CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page that has the measures. */
export interface Page {
  run<Name extends keyof Measures>(
    name: Name,
    ...parameters: Parameters<Measures[Name]>
  ): Promise<Awaited<ReturnType<Measures[Name]>>>;
  close(): Promise<void>;
}

/** Opens headless Chromium at a page on this machine with the measures in it. */
export async function openPage(): Promise<Page> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><script type=module src=/page.js></script>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "measures" in globalThis);
  return {
    run: (name, ...parameters) =>
      page.evaluate(
        async ([key, values]) => {
          const { measures } = globalThis as unknown as {
            measures: Record<string, (...all: unknown[]) => unknown>;
          };
          return measures[key]!(...values);
        },
        [name, parameters] as const,
      ) as never,
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: fileURLToPath(new URL("page.ts", import.meta.url)) },
      modulePreload: false,
    },
  });
  const [result] = [output].flat();
  if (result === undefined || !("output" in result)) throw new Error("nothing was bundled");
  return result.output[0].code;
}
