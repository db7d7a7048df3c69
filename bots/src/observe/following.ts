import { UNHEALTHY_MS, UNHEALTHY_POLLS } from "../constants.ts";
import type { Agenda } from "../act/agenda.ts";
import type { Followed } from "../watch/follow.ts";
import type { Log } from "./log.ts";
import type { Health } from "./serveHealth.ts";

/** Whether the chain is being followed, told once when it stops and once when it goes on. */
export class Following {
  readonly #toleratedMs: number;
  #lastSuccessMs = performance.now();
  #failures = 0;

  constructor(pollMs: number) {
    this.#toleratedMs = Math.max(UNHEALTHY_MS, UNHEALTHY_POLLS * pollMs);
  }

  succeeded(log: Log): void {
    if (this.#failures > 0) log.info({ failures: this.#failures }, "the chain is followed again");
    this.#failures = 0;
    this.#lastSuccessMs = performance.now();
  }

  failed(error: unknown, log: Log): void {
    this.#failures++;
    if (this.#failures === 1) log.warn({ error }, "the chain cannot be followed");
    else log.debug({ error, failures: this.#failures }, "the chain cannot be followed still");
  }

  health(followed: Followed, duties: Agenda): Health {
    const states: Record<string, number> = {};
    for (const { view } of followed.releases.values()) states[view.state] = (states[view.state] ?? 0) + 1;
    return {
      ok: performance.now() - this.#lastSuccessMs < this.#toleratedMs,
      finalizedBlock: followed.clock.block,
      chainTime: followed.clock.time,
      releases: states,
      dutiesUnderWay: duties.underWay(),
    };
  }
}
