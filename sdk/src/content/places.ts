import { isIPv6 } from "node:net";

/** Places for requests that are answered at the same time: so many in all, and so many for one address. */
export class Places {
  readonly #all: number;
  readonly #perAddress: number;
  readonly #taken = new Map<string, number>();
  #takenInAll = 0;

  constructor(all: number, perAddress: number) {
    this.#all = all;
    this.#perAddress = perAddress;
  }

  /** @returns gives them back, to be called once; or who has taken too many */
  take(address: string, count: number): (() => void) | "all" | "address" {
    const key = networkOf(address);
    const taken = this.#taken.get(key) ?? 0;
    if (taken + count > this.#perAddress) return "address";
    if (this.#takenInAll + count > this.#all) return "all";
    this.#taken.set(key, taken + count);
    this.#takenInAll += count;
    return () => {
      const left = this.#taken.get(key)! - count;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
      this.#takenInAll -= count;
    };
  }
}

/** @returns the address, or the /64 that an IPv6 address is of: one subscriber has all of it. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!isIPv6(address)) return address;
  const [before = "", after = ""] = address.split("%")[0]!.split("::");
  const [head, tail] = [before, after].map((part) => (part === "" ? [] : part.split(":"))) as [
    string[],
    string[],
  ];
  const middle = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...(address.includes("::") ? middle : []), ...tail].slice(0, 4).join(":");
}
