import type { Release } from "./release.ts";
import type { Actor } from "./world.ts";

type Owner = Actor | string;

/** What the contract owes and has burned in a release's currency. */
export class Ledger {
  readonly #release: Release;

  constructor(release: Release) {
    this.#release = release;
  }

  async credit(owner: Owner): Promise<bigint> {
    const { world, terms } = this.#release;
    return world.busker.creditOf(addressOf(owner), terms.currency);
  }

  async burned(): Promise<bigint> {
    const { world, terms } = this.#release;
    return world.busker.burnedOf(terms.currency);
  }

  async account(keyholder: Owner) {
    const { world, terms } = this.#release;
    return world.busker.collateralOf(addressOf(keyholder), terms.currency);
  }

  /** The part of a keyholder's slashed fund that waits for a payee. */
  async part(keyholder: Owner, payee: Owner): Promise<bigint> {
    const { world, terms } = this.#release;
    return world.busker.slashedPartOf(addressOf(keyholder), terms.currency, addressOf(payee));
  }
}

const addressOf = (owner: Owner): string => (typeof owner === "string" ? owner : owner.address);
