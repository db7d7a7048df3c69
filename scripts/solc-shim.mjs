#!/usr/bin/env node
// What forge takes for a native compiler: the one from npm.
import { text } from "node:stream/consumers";

import solc from "solc";

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
  process.stdout.write(solc.compile(await text(process.stdin)));
}
