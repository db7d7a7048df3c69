import { BuskerError } from "../protocol/errors.ts";

/**
 * What keeps the tabs and workers of a site from removing what another one relies on: each that uses a store holds a lock, and to
 * collect is to have it alone. The browser releases the locks of a tab that ends in any way.
 */
export class TabLocks {
  readonly #name: string;
  #letGo: () => void = () => {};
  #holding: Promise<void> = Promise.resolve();

  private constructor(name: string) {
    this.#name = name;
  }

  /** Waits while another tab collects. */
  static async hold(name: string): Promise<TabLocks> {
    const locks = new TabLocks(name);
    await locks.#atGate("shared", () => locks.#hold());
    return locks;
  }

  /**
   * Acts while no other tab uses the store; those that want to begin wait.
   *
   * @throws {BuskerError} STORE_BUSY
   */
  alone<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#atGate("exclusive", async () => {
      await this.release();
      try {
        return await navigator.locks.request(this.#name, { mode: "exclusive", ifAvailable: true }, (lock) => {
          if (lock === null) throw busy();
          return act();
        });
      } finally {
        await this.#hold();
      }
    });
  }

  async release(): Promise<void> {
    this.#letGo();
    await this.#holding;
  }

  #hold(): Promise<void> {
    return new Promise((held, failed) => {
      this.#holding = navigator.locks.request(this.#name, { mode: "shared" }, () => {
        held();
        return new Promise<void>((resolve) => (this.#letGo = resolve));
      });
      this.#holding.catch(failed);
    });
  }

  #atGate<Result>(mode: LockMode, act: () => Promise<Result>): Promise<Result> {
    return navigator.locks.request(`${this.#name}, to come in`, { mode }, act);
  }
}

function busy(): BuskerError {
  return new BuskerError(
    "STORE_BUSY",
    "Nothing was removed: another tab or window of this site uses the store.",
    {
      hint: "Close the other one, then collect again.",
    },
  );
}
