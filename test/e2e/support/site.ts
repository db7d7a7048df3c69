import { createServer } from "node:http";
import { isBuiltin } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rolldown } from "vite";
import type { AddressInfo } from "node:net";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

export interface Site {
  /** Where its page is. */
  readonly url: string;
  /** Without the slash at the end: what browsers keep files for. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Bundles a folder's page with its workers, for browsers, and serves it on this machine.
 *
 * @throws when it reaches a module of Node
 */
export async function serveSite(folder: URL): Promise<Site> {
  const files = await bundle(fileURLToPath(folder));
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1) || "index.html";
    const body = files.get(name);
    if (body === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" })
        .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `${origin}/`, origin, close };
}

async function bundle(root: string): Promise<Map<string, string | Uint8Array>> {
  const result = (await build({
    root,
    base: "./",
    configFile: false,
    logLevel: "error",
    plugins: [noNode],
    worker: { format: "es", plugins: () => [noNode] },
    build: { write: false, target: "esnext" },
  })) as Rolldown.RolldownOutput;
  return new Map(
    result.output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source]),
  );
}

/** The page of these tests. */
export const PAGE = new URL("page/", import.meta.url);

/** Asks for a module of Node only where there is one. */
const ASKS_FIRST = /\/node_modules\/tweetnacl\//;

/** Vite would put an empty module in the place of one of Node, which fails only when it is used. */
const noNode: Plugin = {
  name: "no-node",
  enforce: "pre",
  resolveId(source, importer) {
    if (isBuiltin(source) && !ASKS_FIRST.test(importer ?? ""))
      throw new Error(`${importer} imports ${source}, which browsers do not have`);
    return null;
  },
};
