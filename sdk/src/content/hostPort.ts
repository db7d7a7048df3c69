import { BuskerError } from "../protocol/errors.ts";

/** Where a service listens. */
export interface HostPort {
  /** A name or address of this machine; IPv6 without brackets. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/**
 * Reads HOST:PORT, as 127.0.0.1:8080 or [::1]:8080.
 *
 * @throws {BuskerError} BAD_HOST_PORT
 */
export function parseHostPort(text: string): HostPort {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: (match[1] ?? match[2])!, port };
  throw new BuskerError("BAD_HOST_PORT", `"${text}" is no place to listen at.`, {
    hint: "Write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080; port 0 takes any.",
  });
}
