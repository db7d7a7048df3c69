import { SingleBar, Presets } from "cli-progress";
import { interruptibly } from "./signals.ts";

/** Bytes done of bytes in all; called as often as the work likes. */
export type Report = (done: number, total: number) => void;

/**
 * Runs work that reports bytes under a progress bar on standard error; without a terminal the bar is left out. SIGINT and SIGTERM
 * abort the signal that the work is given.
 */
export async function withBar<T>(
  label: string,
  work: (report: Report, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar(
    {
      format: `  ${label} {bar} {percentage}% | {mb} of {totalMb} MB | {speed} MB/s | {eta_formatted} left`,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let begin: { at: number; done: number } | undefined;
  try {
    const report: Report = (done, total) => {
      const isFirst = begin === undefined;
      begin ??= { at: performance.now(), done };
      const seconds = (performance.now() - begin.at) / 1000;
      const speed = seconds > 0 ? megabytes((done - begin.done) / seconds) : "–";
      const shown = { mb: megabytes(done), totalMb: megabytes(total), speed };
      if (isFirst) bar.start(total, done, shown);
      else bar.update(done, shown);
    };
    return await interruptibly((signal) => work(report, signal));
  } finally {
    bar.stop();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Shows what is given to others until `ended`, on standard error; without a terminal nothing is shown. */
export async function withUploads(
  look: () => { uploaded: number; peers: number },
  ended: Promise<void>,
): Promise<void> {
  const bar = new SingleBar({
    format: "  {mb} MB uploaded | {speed} MB/s | {peers} peers",
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  let before = look().uploaded;
  const shown = (): object => {
    const { uploaded, peers } = look();
    const speed = megabytes(uploaded - before);
    before = uploaded;
    return { mb: megabytes(uploaded), speed, peers };
  };
  bar.start(1, 0, shown());
  const timer = setInterval(() => bar.update(0, shown()), 1000);
  try {
    await ended;
  } finally {
    clearInterval(timer);
    bar.stop();
  }
}
