// Writes the addresses that the profiles give into docs/deployment.md: `node scripts/addresses.ts [--check]`.
import { bytecode } from "@busker/sdk/chain/generated/bytecode.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { addressesOf } from "./deployment/addresses.ts";
import { PIECES } from "./deployment/pieces.ts";
import { profiles, timesOf } from "./deployment/times.ts";

const NAME = "docs/deployment.md";
const PLACE = /(?<=<!-- addresses -->\n).*?(?=<!-- end of addresses -->)/s;

function table(): string {
  const rows = profiles().map((profile) => {
    const addresses = addressesOf(bytecode, timesOf(profile));
    return [profile, ...PIECES.map((name) => `\`${addresses[name]}\``)];
  });
  const lines = [["profile", ...PIECES], ["---", ...PIECES.map(() => "---")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

const path = fileURLToPath(new URL(`../${NAME}`, import.meta.url));
const text = readFileSync(path, "utf8");
const current = text.replace(PLACE, table);
if (current !== text && process.argv.includes("--check")) {
  console.error(`The addresses in ${NAME} are not those of these sources: run \`npm run compile\`.`);
  process.exitCode = 1;
} else if (current !== text) {
  writeFileSync(path, current);
  console.log(`Wrote ${NAME}.`);
}
