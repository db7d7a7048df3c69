import { BuskerError } from "../protocol/errors.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Reads the address of a service that is told a secret.
 *
 * @param secret what goes into a header; no error quotes it
 * @returns the URL, its path ending in a slash
 * @throws {BuskerError} ENDPOINT_INVALID, ENDPOINT_INSECURE when the secret would travel unencrypted, SECRET_INVALID when it cannot be
 * put into a header
 */
export function parseEndpoint(address: string, secret: string | undefined): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new BuskerError("ENDPOINT_INVALID", `"${url?.host ?? address}" is no address of a service.`, {
      hint: "Give one that begins with https://, without a name or password in it.",
    });
  }
  if (secret !== undefined && url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    throw new BuskerError(
      "ENDPOINT_INSECURE",
      `The access token is not sent to ${url.host}: everybody on the way could read it.`,
      {
        hint: "Use an address that begins with https://.",
      },
    );
  }
  if (secret !== undefined && !/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(secret)) {
    throw new BuskerError("SECRET_INVALID", "The access token has characters that no token has.", {
      hint: "Copy it again, without quotes or line breaks.",
    });
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
