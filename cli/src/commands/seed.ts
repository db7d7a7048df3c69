import { Option, type Command } from "commander";
import type { CID } from "multiformats/cid";
import { archiveCid } from "@busker/sdk/archive/block.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import type { BlockSource, ContentStore } from "@busker/sdk/content/store.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { shareOpened, type SharedFile } from "@busker/sdk/release/shareOpened.ts";
import { verifyRelease } from "@busker/sdk/release/verifyRelease.ts";
import { collect } from "../collect.ts";
import { action, type Context } from "../context.ts";
import { GATEWAY_DEFAULT, gatewayUse, openGateway } from "../gatewayServer.ts";
import { withBar, withUploads } from "../progress.ts";
import { connectToRelease } from "../providers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";
import { untilSignal } from "../signals.ts";
import { KUBO_HELP, openKubo, openServingNode } from "../store.ts";
import { LISTEN_DEFAULT } from "./serve.ts";

interface SeedFlags {
  listen: string[];
  peer?: string[];
  gateway?: string[];
  opened?: boolean;
  kubo?: string;
}

export function addSeed(program: Command): void {
  program
    .command("seed")
    .description(
      "fetch, check and pin a release's archive, and give it to others until Ctrl-C, before it opens too (fan)",
    )
    .argument("<release>", RELEASE_HELP)
    .option("--listen <multiaddrs...>", "where to listen", LISTEN_DEFAULT)
    .option("--peer <multiaddrs...>", "nodes to fetch from besides the release's keyholders")
    .addOption(
      new Option(
        "--gateway [host:port|url]",
        "HOST:PORT or nothing: give it over HTTP as well. A URL, may be repeated: HTTP gateway to fetch from, and from no keyholder's node then",
      )
        .preset(GATEWAY_DEFAULT)
        .argParser(collect),
    )
    .option("--opened", "once it is unlocked: give the opened files as well, each by a CID of its own")
    .option("--kubo <url>", "have your own Kubo daemon (its RPC address) keep and give it, and end")
    .addHelpText("after", `\n${KUBO_HELP}\nExample: busker seed RELEASE --kubo http://127.0.0.1:5001`)
    .action(
      action(async (context, text: string, flags: SeedFlags) => {
        const { from, at } = gatewayUse(flags.gateway);
        if (flags.kubo !== undefined && at !== null) throw kuboServes();
        const client = await context.reader();
        const releaseId = await resolveRelease(context, client, text);
        const origins = { ...flags, gateway: from };
        if (flags.kubo !== undefined) {
          const { kubo: url } = flags;
          const open = (_: Context, source?: BlockSource) => openKubo(url, source);
          const kubo = await connectToRelease(context, client, releaseId, origins, open);
          const kept = await keep(client, releaseId, kubo, flags);
          const { title, artist, archive, files } = kept;
          context.output.result(
            { ...kept, addresses: kubo.addresses() },
            [`The daemon keeps "${title}" by ${artist} as ${archive}`, ...files.map(line)].join("\n"),
          );
          return;
        }
        const stopped = untilSignal();
        let uploaded = 0;
        const onServed = (bytes: number): void => void (uploaded += bytes);
        const node = await connectToRelease(context, client, releaseId, origins, (_, source) =>
          openServingNode(context, { listen: flags.listen, source, onServed }),
        );
        const gateway = await openGateway(context, node, at, onServed);
        const { title, artist, ...kept } = await keep(client, releaseId, node, flags);
        const addresses = node.addresses();
        if (context.output.json) {
          process.stdout.write(`${JSON.stringify({ ready: true, ...kept, addresses, gateway })}\n`);
        } else {
          context.output.say(
            [
              `Seeding "${title}" by ${artist}, ${(kept.archiveSize / 1e6).toFixed(1)} MB, as ${kept.archive} at`,
              ...[...addresses, gateway ?? []].flat().map((place) => `  ${place}`),
              ...kept.files.map(line),
              "Ctrl-C ends it.",
            ].join("\n"),
          );
        }
        await withUploads(() => ({ uploaded, peers: node.libp2p.getPeers().length }), stopped);
        context.output.say(`Gave ${(uploaded / 1e6).toFixed(1)} MB to others.`);
      }),
    );
}

/** What is kept of a release now. */
interface Kept {
  title: string;
  artist: string;
  archive: string;
  archiveSize: number;
  /** The opened files, if they were asked for. */
  files: SharedFile[];
}

/** Fetches, checks and pins an archive, and its files. */
async function keep(
  client: Client,
  releaseId: string,
  store: ContentStore,
  { opened }: Pick<SeedFlags, "opened">,
): Promise<Kept> {
  const root: CID = archiveCid(fromHex((await readTerms(client, releaseId)).archiveRoot, 32));
  const { manifest, archiveSize } = await withBar("fetching", (report, signal) =>
    verifyRelease(client, releaseId, {
      source: store,
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
    }),
  );
  await store.pin(root);
  const files = opened === true ? await shareOpened(client, releaseId, store) : [];
  const { title, artist } = manifest;
  return { title, artist, archive: root.toString(), archiveSize, files };
}

function line({ path, cid }: SharedFile): string {
  return `${cid}  ${path}`;
}

function kuboServes(): BuskerError {
  return new BuskerError("USAGE", "With --kubo the daemon gives the archive, over its own gateway too", {
    hint: "Leave out --gateway, or name a URL to fetch from.",
  });
}
