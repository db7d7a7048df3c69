// Prints the gas of every verb as one JSON object {configuration: {verb: gas}}: `npm run -s gas`. With --write it also
// renews test/gas.snapshot.json, which test/contracts/gas.test.ts compares with.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { measureGas } from "../test/contracts/support/gas.ts";

const gas = await measureGas();
const text = `${JSON.stringify(gas, null, 2)}\n`;
if (process.argv.includes("--write")) {
  writeFileSync(fileURLToPath(new URL("../test/gas.snapshot.json", import.meta.url)), text);
}
process.stdout.write(text);
