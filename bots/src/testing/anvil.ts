import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { JsonRpcProvider } from "ethers";

export const MNEMONIC = "test test test test test test test test test test test junk";

export interface TestChain {
  url: string;
  provider: JsonRpcProvider;
  /** Moves the clock forward, and finality past it. */
  skip(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Blocks after which what was the latest one is finalized. */
const FINALITY_BLOCKS = 3;

/** Starts a chain whose finalized block lags behind the latest one, as on a real chain. */
export async function startAnvil(): Promise<TestChain> {
  const manifest = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/package.json");
  const child = spawn(
    join(dirname(manifest), "bin", "anvil"),
    [
      "--port",
      "0",
      "--block-time",
      "1",
      "--mixed-mining",
      "--slots-in-an-epoch",
      "1",
      "--mnemonic",
      MNEMONIC,
    ].concat("--accounts", "20", "--hardfork", "prague", "--color", "never"),
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    void gone.then(() => reject(new Error("anvil ended")));
    createInterface(child.stdout).on("line", (line) => {
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, staticNetwork: true });
  provider.pollingInterval = 100;
  return {
    url,
    provider,
    async skip(seconds) {
      await provider.send("evm_increaseTime", [seconds]);
      for (let block = 0; block < FINALITY_BLOCKS; block++) await provider.send("evm_mine", []);
    },
    async stop() {
      provider.destroy();
      child.kill("SIGTERM");
      await gone;
    },
  };
}
