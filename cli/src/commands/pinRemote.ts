import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { RemotePins, type RemotePin } from "@busker/sdk/content/remotePins.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { ARCHIVE_HELP, resolveArchive, type NamedArchive } from "../archives.ts";
import { action, type Context } from "../context.ts";
import { askSecret } from "../prompt.ts";
import { openNode, servingNode } from "../store.ts";

const TOKEN_VARIABLE = "BUSKER_PIN_TOKEN";
const POLL_MS = 3_000;

export function addPinRemote(program: Command): void {
  program
    .command("pin-remote")
    .description("have a pinning service keep an archive (anyone)")
    .argument("<archive>", ARCHIVE_HELP)
    .requiredOption("--service <url>", "address of its IPFS Pinning Service API")
    .option("--origin <multiaddrs...>", "nodes that have the archive, besides your own if it serves")
    .option("--wait", "give the service the archive from here, and wait until it has it")
    .addHelpText(
      "after",
      `\nThe access token is taken from ${TOKEN_VARIABLE}, or asked for; it is written nowhere.`,
    )
    .action(
      action(async (context, text: string, flags: { service: string; origin?: string[]; wait?: boolean }) => {
        const archive = await resolveArchive(context, text);
        const token =
          process.env[TOKEN_VARIABLE] ?? (await askSecret("Access token of the service", TOKEN_VARIABLE));
        const service = new RemotePins({ service: flags.service, token });
        const origins = [...(flags.origin ?? []), ...(await servingNode(context.home))];
        const before = (await service.list(archive.root)).find(({ status }) => status !== "failed");
        const begun = before ?? (await service.add({ cid: archive.root, name: archive.title, origins }));
        const pin = flags.wait === true ? await waitFor(context, service, begun, archive) : begun;
        context.output.result(
          { ...pin, cid: pin.cid.toString() },
          pin.status === "pinned"
            ? `The service keeps ${archive.root} (request ${pin.requestId})`
            : `The service has the request ${pin.requestId}: ${pin.status}. Leave \`busker serve\` running until it has fetched all, ` +
                "or run this again with --wait.",
        );
      }),
    );
}

async function waitFor(
  context: Context,
  service: RemotePins,
  begun: RemotePin,
  { root }: NamedArchive,
): Promise<RemotePin> {
  let pin = begun;
  const node = pin.status === "pinned" ? undefined : await openNode(context);
  // the service's nodes fetch over connections that we open: ours may not be reachable from outside
  await node?.connect(pin.delegates).catch(() => {
    context.output.say("None of the service's nodes answers; it has to find the archive elsewhere.");
  });
  while (pin.status === "queued" || pin.status === "pinning") {
    await delay(POLL_MS);
    pin = await service.get(pin.requestId);
  }
  if (pin.status === "pinned") return pin;
  throw new BuskerError("PIN_SERVICE_FAILED", `The service could not pin ${root}`, {
    hint: "Have a node that the service can reach serve the archive (`busker serve`), name it with --origin, and try again.",
  });
}
