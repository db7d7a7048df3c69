import { spawn } from "node:child_process";

/*
 * Runs a program that knows nothing of its parent, and ends it when the parent is gone, even by SIGKILL: the IPC channel to it
 * closes then. The program's output goes where this process's goes.
 */
const [command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
const end = (): void => void child.kill("SIGTERM");
process.once("disconnect", end);
process.once("SIGTERM", end);
child.once("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.once("exit", (code) => process.exit(code ?? 1));
