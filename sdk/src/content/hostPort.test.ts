import { expect, it } from "vitest";
import { parseHostPort } from "./hostPort.ts";

it.each([
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["localhost:0", "localhost", 0],
  ["[::1]:65535", "::1", 65_535],
])("%s is a place to listen at", (text, host, port) => {
  expect(parseHostPort(text)).toEqual({ host, port });
});

it.each([
  "",
  "8080",
  ":8080",
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:65536",
  "::1:80",
  "[::1]",
  "http://a:1",
  "a:1/",
])('"%s" is none', (text) =>
  expect(() => parseHostPort(text)).toThrow(expect.objectContaining({ code: "BAD_HOST_PORT" })),
);
