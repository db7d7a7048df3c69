import { execFile, spawn, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { untilReady } from "@busker/cli/local/processes.ts";

const MAIN = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));
const READY_MS = 120_000;

export type Result = Record<string, unknown>;

/** Runs `busker` as people do: a process for each command. */
export class CommandLine {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param folder where commands run; a local system below it is found */
  constructor(folder: string) {
    this.#folder = folder;
    this.#environment = {
      ...process.env,
      BUSKER_HOME: folder,
      BUSKER_PASSPHRASE: "a secret of this test",
      // Compiled once, as for the processes of the local system.
      NODE_COMPILE_CACHE: join(tmpdir(), "busker-compile-cache"),
    };
  }

  /** @returns what it prints as JSON; an error has the key `error` */
  async run(...args: string[]): Promise<Result> {
    const { stdout, stderr } = await this.#execute([...args, "--json"]);
    try {
      return JSON.parse(stdout.toString()) as Result;
    } catch {
      throw new Error(`busker ${args.join(" ")} printed no JSON: ${stdout.toString()}${stderr}`);
    }
  }

  /** @returns what it writes, and what it says beside that */
  async bytes(...args: string[]): Promise<{ stdout: Buffer; stderr: string }> {
    return this.#execute(args);
  }

  /** Starts a command that goes on until it is stopped. @returns it, and its line that says that it is ready */
  async start<Ready>(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
    const child = spawn(process.execPath, [MAIN, ...args, "--json"], {
      cwd: this.#folder,
      env: this.#environment,
      // It ends when the tests end, however they end.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    return { child, ready: await untilReady<Ready>(child, `busker ${args.join(" ")}`, READY_MS) };
  }

  #execute(args: string[]): Promise<{ stdout: Buffer; stderr: string }> {
    const options = {
      cwd: this.#folder,
      env: this.#environment,
      encoding: "buffer",
      maxBuffer: 2 ** 26,
    } as const;
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], options, (_, stdout, stderr) =>
        resolve({ stdout, stderr: stderr.toString() }),
      );
    });
  }
}
