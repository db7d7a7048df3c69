import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./node24.mjs";

const LOCK = join(root, ".busker-setup.lock");
const POLL_MS = 200;
const GIVE_UP_MS = 15 * 60_000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryLock() {
  // A folder that already holds the owner's id moves into place in one step, so no one ever sees a lock without owner.
  const draft = `${LOCK}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, "pid"), String(process.pid));
  try {
    renameSync(draft, LOCK);
    return true;
  } catch {
    rmSync(draft, { recursive: true, force: true });
    return false;
  }
}

function owner() {
  try {
    return Number(readFileSync(join(LOCK, "pid"), "utf8"));
  } catch {
    return null;
  }
}

function dropAbandoned(pid) {
  const grave = `${LOCK}.abandoned.${process.pid}`;
  try {
    renameSync(LOCK, grave);
  } catch {
    return;
  }
  const taken = Number(readFileSync(join(grave, "pid"), "utf8"));
  // Between our look and our move another run may have replaced the dead lock by its own: give that one back.
  if (taken !== pid) renameSync(grave, LOCK);
  else rmSync(grave, { recursive: true, force: true });
}

function unlock() {
  // Moved away first: a half-removed folder under the lock's own name could be taken by a waiting run.
  const grave = `${LOCK}.released.${process.pid}`;
  renameSync(LOCK, grave);
  rmSync(grave, { recursive: true, force: true });
}

/** Runs `work` while no other set-up runs in this checkout. The lock of a process that died is taken over. */
export async function withLock(work) {
  const start = Date.now();
  for (let waited = false; !tryLock(); waited = true) {
    const pid = owner();
    if (pid !== null && !isAlive(pid)) {
      dropAbandoned(pid);
      continue;
    }
    if (!waited) console.log("Waiting for another set-up of this checkout to finish.");
    if (Date.now() - start > GIVE_UP_MS) {
      throw new Error(
        `Another set-up (process ${pid}) has held ${LOCK} for 15 minutes. Stop it, or remove that folder.`,
      );
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    unlock();
  }
}
