import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Ends anvil when this process is gone, however that came about. */
const GUARD = fileURLToPath(new URL("../../../cli/src/local/guard.ts", import.meta.url));

export interface Anvil {
  /** JSON-RPC endpoint on a free port. */
  readonly url: string;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Where the program is; null where npm has no build of it for this platform. */
export function findAnvil(): string | null {
  const names: Record<string, string> = { "linux-x64": "linux-amd64" };
  const platform = names[`${process.platform}-${process.arch}`];
  if (platform === undefined) return null;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}/package.json`);
    const binary = join(dirname(manifest), "bin", "anvil");
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/** Starts a chain that mines a block for each transaction. */
export async function startAnvil(options: readonly string[]): Promise<Anvil> {
  const binary = findAnvil();
  if (binary === null) throw new Error(`there is no build of anvil for ${process.platform}-${process.arch}`);
  const common = ["--host", "127.0.0.1", "--port", "0", "--color", "never"];
  const child = spawn(process.execPath, [GUARD, binary, ...common, ...options], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    void gone.then(() => reject(new Error("anvil ended before it listened")));
    createInterface(child.stdout!).on("line", (line) => {
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}
