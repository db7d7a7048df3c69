import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./node24.mjs";

const STAMP = join(root, "cache/busker-build.stamp");
const COMPILED_FOLDERS = ["contracts", "test"];
const BUILD_FILES = ["hardhat.config.ts", "scripts/generate.ts"];
const COMPILER_PACKAGES = ["hardhat", "solc", "@openzeppelin/contracts", "typechain", "@typechain/ethers-v6"];
const GENERATED = "sdk/src/chain/generated";
const OUTPUTS = ["artifacts/contracts/Busker.sol/Busker.json", join(GENERATED, "abi.ts")];

function filesIn(folder, suffix) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

function addFiles(digest, files) {
  for (const file of files.sort()) {
    digest.update(`${file}\0`);
    if (existsSync(join(root, file))) digest.update(readFileSync(join(root, file)));
    digest.update("\0");
  }
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

/** A digest of everything that the build reads. Taken before the build, so that an edit made meanwhile is noticed. */
export function sourceDigest() {
  const digest = createHash("sha256");
  addFiles(digest, [...COMPILED_FOLDERS.flatMap((folder) => filesIn(folder, ".sol")), ...BUILD_FILES]);
  for (const name of COMPILER_PACKAGES) digest.update(`${name}@${versionOf(name)}\0`);
  return digest.digest("hex");
}

/** The generated files belong to the stamp: a hand edit or a checkout of other ones makes it invalid. */
function stampFor(sources) {
  const digest = createHash("sha256").update(sources);
  addFiles(digest, filesIn(GENERATED, ".ts"));
  return digest.digest("hex");
}

export function isBuilt() {
  return (
    existsSync(STAMP) &&
    OUTPUTS.every((file) => existsSync(join(root, file))) &&
    readFileSync(STAMP, "utf8") === stampFor(sourceDigest())
  );
}

export function rememberBuild(sources) {
  mkdirSync(dirname(STAMP), { recursive: true });
  const draft = `${STAMP}.${process.pid}`;
  writeFileSync(draft, stampFor(sources));
  renameSync(draft, STAMP);
}
