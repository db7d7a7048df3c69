import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Output } from "../output.ts";

/** Tells a story in numbered plain sentences and stops at the first one that does not hold. */
export class Story {
  #step = 0;
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  tell(sentence: string): void {
    this.#step++;
    this.#output.say(`${String(this.#step).padStart(2)}. ${sentence}`);
  }

  /** Something that only happens because nobody wants to wait. */
  aside(sentence: string): void {
    this.#output.say(`    (${sentence})`);
  }

  /** @throws BuskerError DEMO_CHECK_FAILED unless it holds */
  check(holds: boolean, what: string): asserts holds {
    if (holds) return;
    throw new BuskerError("DEMO_CHECK_FAILED", `The demo expected that ${what}, and it is not so`, {
      hint: "This is a bug in Busker: please report it with the output above.",
    });
  }
}
