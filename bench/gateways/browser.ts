import { startChromium } from "../../test/e2e/support/chromium.ts";
import { serveSite } from "../../test/e2e/support/site.ts";
import type { Measures } from "./page.ts";

/** A page that has the measures. */
export interface Page {
  run<Name extends keyof Measures>(
    name: Name,
    ...parameters: Parameters<Measures[Name]>
  ): Promise<Awaited<ReturnType<Measures[Name]>>>;
  close(): Promise<void>;
}

/** Opens headless Chromium at a page on this machine with the measures in it. @throws where there is none */
export async function openPage(): Promise<Page> {
  const chromium = await startChromium();
  if (chromium === null) throw new Error("There is no /usr/bin/chromium to measure.");
  const site = await serveSite(new URL("./", import.meta.url));
  const page = await chromium.context.newPage();
  await page.goto(site.url);
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
      await chromium.stop();
      await site.close();
    },
  };
}
