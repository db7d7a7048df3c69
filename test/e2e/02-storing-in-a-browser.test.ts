import { MemoryStore } from "@busker/sdk/content/memory.ts";
import { startGateway } from "@busker/sdk/content/testing/gatewayServer.ts";
import { describeBlockSource } from "@busker/sdk/content/testing/sourceSuite.ts";
import { describeContentStore } from "@busker/sdk/content/testing/storeSuite.ts";
import type { Open } from "@busker/sdk/content/testing/subjects.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { startChromium } from "./support/chromium.ts";
import { RemoteStore } from "./support/remoteStore.ts";
import { PAGE, serveSite } from "./support/site.ts";
import { Visitor } from "./support/visitor.ts";

const NAME = "of a browser that fetches from a gateway (needs /usr/bin/chromium)";

/** The store itself is in the tab; the suite reaches it through the page. */
const open: Open<ContentStore> = async () => {
  const chromium = await startChromium();
  if (chromium === null) return null;
  const origin = new MemoryStore();
  const gateway = await startGateway(origin);
  const site = await serveSite(PAGE);
  const visitor = await Visitor.open(chromium, site);
  const tested = await RemoteStore.open(visitor, "suite", [gateway.url]);
  const close = async (): Promise<void> => {
    await tested.close();
    await chromium.stop();
    await Promise.all([site.close(), gateway.close()]);
  };
  return { tested, origin, close };
};

describeBlockSource(NAME, open);
describeContentStore(NAME, open);
