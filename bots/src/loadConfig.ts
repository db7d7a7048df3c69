import { readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";

import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { parse as parseToml } from "smol-toml";

import { configSchema } from "./config.ts";
import type { Config } from "./config.ts";

/** Environment variables that take the place of lines in the file. */
const OVERRIDES = [
  ["BUSKER_KEYHOLDER_RPC", "chain", "rpc"],
  ["BUSKER_KEYHOLDER_CONTRACT", "chain", "contract"],
  ["BUSKER_KEYHOLDER_DATA", "data", "directory"],
] as const;

/**
 * Reads and checks a configuration file. Paths in it count from the file's own directory.
 *
 * @param path a file ending in .toml or .json
 * @throws BuskerError CONFIG_NOT_FOUND, CONFIG_UNREADABLE, CONFIG_SYNTAX, or CONFIG_INVALID with every wrong line
 */
export async function loadConfig(
  path: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Config> {
  const raw = parseText(await readText(path), path);
  for (const [variable, section, key] of OVERRIDES) {
    const value = environment[variable];
    if (value !== undefined && value !== "") raw[section] = { ...asObject(raw[section]), [key]: value };
  }
  const result = configSchema.safeParse(raw);
  if (!result.success) {
    const lines = result.error.issues.map(
      (issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`,
    );
    throw new BuskerError("CONFIG_INVALID", `The configuration ${path} cannot be used: ${lines.join("; ")}`, {
      hint: "busker-keyholder.example.toml explains every line.",
    });
  }
  return withAbsolutePaths(result.data, dirname(resolve(path)));
}

function withAbsolutePaths(config: Config, base: string): Config {
  const wallet = { ...config.wallet };
  for (const key of [
    "keystore",
    "mnemonicFile",
    "privateKeyFile",
    "passwordFile",
    "passphraseFile",
  ] as const) {
    const file = wallet[key];
    if (file !== undefined) wallet[key] = resolve(base, file);
  }
  return { ...config, wallet, data: { directory: resolve(base, config.data.directory) } };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new BuskerError("CONFIG_NOT_FOUND", `There is no configuration file ${path}`, {
        hint: "Copy busker-keyholder.example.toml, change what it marks, and name it with --config.",
        cause,
      });
    }
    throw new BuskerError("CONFIG_UNREADABLE", `The configuration file ${path} cannot be read`, {
      hint: "Check that it is a file and that this user may read it.",
      cause,
    });
  }
}

function parseText(text: string, path: string): Record<string, unknown> {
  try {
    return asObject(extname(path) === ".json" ? JSON.parse(text) : parseToml(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : "";
    throw new BuskerError("CONFIG_SYNTAX", `The configuration ${path} cannot be read: ${reason}`, {
      hint: "It must be TOML, or JSON in a file ending in .json.",
      cause,
    });
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
