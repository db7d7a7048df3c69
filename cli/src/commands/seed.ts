import type { Command } from "commander";
import { archiveCid } from "@busker/sdk/archive/block.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { shareOpened } from "@busker/sdk/release/shareOpened.ts";
import { verifyRelease } from "@busker/sdk/release/verifyRelease.ts";
import { action } from "../context.ts";
import { withBar, withUploads } from "../progress.ts";
import { connectToRelease } from "../providers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";
import { untilSignal } from "../signals.ts";
import { openServingNode } from "../store.ts";
import { LISTEN_DEFAULT } from "./serve.ts";

export function addSeed(program: Command): void {
  program
    .command("seed")
    .description(
      "fetch, check and pin a release's archive, and give it to others until Ctrl-C, before it opens too (fan)",
    )
    .argument("<release>", RELEASE_HELP)
    .option("--listen <multiaddrs...>", "where to listen", LISTEN_DEFAULT)
    .option("--peer <multiaddrs...>", "nodes to fetch from besides the release's keyholders")
    .option("--opened", "once it is unlocked: give the opened files as well, each by a CID of its own")
    .action(
      action(
        async (context, text: string, options: { listen: string[]; peer?: string[]; opened?: boolean }) => {
          const stopped = untilSignal();
          const client = await context.reader();
          const releaseId = await resolveRelease(context, client, text);
          let uploaded = 0;
          const node = await openServingNode(context, {
            listen: options.listen,
            onServed: (bytes) => (uploaded += bytes),
          });
          const { terms } = await readRelease(client, releaseId);
          const root = archiveCid(fromHex(terms.archiveRoot, 32));
          await connectToRelease(context, client, releaseId, options.peer, async () => node);
          const { manifest, archiveSize } = await withBar("fetching", (report) =>
            verifyRelease(client, releaseId, {
              source: node,
              onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
            }),
          );
          await node.pin(root);
          const files = options.opened === true ? await shareOpened(client, releaseId, node) : [];
          const addresses = node.addresses();
          if (context.output.json) {
            process.stdout.write(
              `${JSON.stringify({ ready: true, archive: root.toString(), archiveSize, files, addresses })}\n`,
            );
          } else {
            context.output.say(
              [
                `Seeding "${manifest.title}" by ${manifest.artist}, ${(archiveSize / 1e6).toFixed(1)} MB, as ${root} at`,
                ...addresses.map((address) => `  ${address}`),
                ...files.map(({ path, cid }) => `${cid}  ${path}`),
                "Ctrl-C ends it.",
              ].join("\n"),
            );
          }
          await withUploads(() => ({ uploaded, peers: node.libp2p.getPeers().length }), stopped);
          context.output.say(`Gave ${(uploaded / 1e6).toFixed(1)} MB to others.`);
        },
      ),
    );
}
