/** Resolves on SIGINT, SIGTERM, or when the process that started this one is gone (its IPC channel closes). */
export async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    process.once("disconnect", () => resolve());
  });
  // An open channel would keep the process alive after its work is done.
  if (process.connected) process.disconnect();
}
