import type { Command } from "commander";
import { hexlify } from "ethers";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import { acceptRaised, cancel, publishKey } from "@busker/sdk/release/steps.ts";
import { action } from "../context.ts";
import { loadDraft } from "../draft.ts";
import { unlockContentKey } from "../contentKey.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { State, stateName } from "@busker/sdk/protocol/states.ts";
import { formatMoney, parseMoney } from "../money.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";
import { openBlocks } from "../store.ts";

/** The artist's steps after `create`. */
export function addArtistCommands(program: Command): void {
  program
    .command("seal")
    .description("put the keyholders' sealed shares on chain (artist, within 24 h of create)")
    .argument("<draft>", "name of the draft")
    .action(
      action(async (context, name: string) => {
        const client = await context.account();
        const draft = await loadDraft(context.home, name);
        const { signed, releaseId } = draft;
        if (signed === undefined || releaseId === undefined) throw notCreated(name);
        const contentKey = await unlockContentKey(context, draft);
        try {
          await seal(client, { ...signed, contentKey });
        } finally {
          wipe(contentKey);
        }
        context.output.result({ releaseId }, `Sealed. Next: busker audit ${name}`);
      }),
    );

  program
    .command("audit")
    .description("draw the audit if nobody has, and open the drawn fragments (artist, within 48 h of seal)")
    .argument("<draft>", "name of the draft")
    .action(
      action(async (context, name: string) => {
        const client = await context.account();
        const draft = await loadDraft(context.home, name);
        if (draft.releaseId === undefined) throw notCreated(name);
        context.output.say("Waiting for the block that draws the audit …");
        await awaitAuditDraw(client, draft.releaseId);
        const store = await openBlocks(context);
        const contentKey = await unlockContentKey(context, draft);
        try {
          const indices = await openAudit(client, draft.releaseId, { contentKey, source: store });
          context.output.result(
            { releaseId: draft.releaseId, indices },
            `The audit opened ${indices.length} of ${draft.chunkCount} locked fragments. The release can be pledged to.`,
          );
        } finally {
          wipe(contentKey);
        }
      }),
    );

  program
    .command("accept")
    .description("open the release for what is raised so far (artist)")
    .argument("<release>", RELEASE_HELP)
    .argument("[least]", "refuse if less than this is raised; default what is raised now")
    .action(
      action(async (context, text: string, least?: string) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const { raised, terms } = await readRelease(client, releaseId);
        const currency = await describeCurrency(client, terms.currency);
        await acceptRaised(client, releaseId, least === undefined ? raised : parseMoney(least, currency));
        context.output.result(
          { releaseId, raised },
          `Accepted ${formatMoney(raised, currency)}: the keyholders will open the work.`,
        );
      }),
    );

  program
    .command("cancel")
    .description("give an open release up: fans get their money back, your bond is forfeit (artist)")
    .argument("<release>", RELEASE_HELP)
    .action(
      action(async (context, text: string) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const { hash } = await cancel(client, releaseId);
        context.output.result({ releaseId, transaction: hash }, "The release is cancelled.");
      }),
    );

  program
    .command("publish-key")
    .description("open the work yourself by publishing its content key: the manual release (artist)")
    .argument("<draft>", "name of the draft")
    .option("--early", "also while the release is open: everybody gets the work, the fee is burned")
    .action(
      action(async (context, name: string, options: { early?: boolean }) => {
        const client = await context.account();
        const draft = await loadDraft(context.home, name);
        if (draft.releaseId === undefined) throw notCreated(name);
        checkPublishable((await readRelease(client, draft.releaseId)).state, options.early === true);
        const contentKey = await unlockContentKey(context, draft);
        try {
          await publishKey(client, draft.releaseId, hexlify(contentKey));
        } finally {
          wipe(contentKey);
        }
        context.output.result({ releaseId: draft.releaseId }, "The content key is public: the work is open.");
      }),
    );
}

/** The chain endpoint learns the key even when the contract refuses it: it is sent only in a state that takes it. */
function checkPublishable(state: State, early: boolean): void {
  if (state === State.Funded || (state === State.Open && early)) return;
  if (state === State.Open) {
    throw new BuskerError(
      "RELEASE_STILL_OPEN",
      "The goal is not met: publishing now opens the work to everybody for what is raised",
      { hint: "Wait until the release is funded, or say --early if you mean it." },
    );
  }
  throw new BuskerError(
    "RELEASE_TAKES_NO_KEY",
    `The release is ${stateName(state)}, and a content key can be published only while it is Funded or Open`,
    { hint: "Look at `busker release RELEASE`: it says what can be done now. The key was sent to nobody." },
  );
}

function notCreated(name: string): BuskerError {
  return new BuskerError("DRAFT_NOT_CREATED", `The draft "${name}" is not on chain yet`, {
    hint: `Create it with \`busker create ${name}\`.`,
  });
}
