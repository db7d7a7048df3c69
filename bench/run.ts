import { browser } from "./browser.ts";
import { gateways } from "./gateways.ts";
import { growth } from "./growth.ts";
import { pack } from "./pack.ts";
import { report, type Figure } from "./report.ts";
import { seek } from "./seek.ts";
import { transfer } from "./transfer.ts";

/* `npm run bench [-- NAME…]`: all, or those named, one after the other. */
const BENCHES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  pack,
  growth,
  seek,
  transfer,
  gateways,
  browser,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no ${unknown.join(", ")}: choose among ${Object.keys(BENCHES).join(", ")}.\n`,
  );
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (named.length > 0 && !named.includes(name)) continue;
    process.stdout.write(`\n${name}\n`);
    await report(name, await bench());
  }
}
