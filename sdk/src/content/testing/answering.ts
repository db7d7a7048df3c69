import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { closing } from "./closing.ts";

/** Answers HTTP requests on this machine until `closeAll`. @returns where, without a slash at the end */
export async function answering(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  closing({
    async close() {
      server.close();
      server.closeAllConnections();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
