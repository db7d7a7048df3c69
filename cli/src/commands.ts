import type { Command } from "commander";
import { addArtistCommands } from "./commands/artist.ts";
import { addFanCommands } from "./commands/fan.ts";
import { addPack } from "./commands/pack.ts";
import { addPublish } from "./commands/publish.ts";
import { addCall } from "./commands/call.ts";
import { addCreate } from "./commands/create.ts";
import { addWithdraw } from "./commands/withdraw.ts";
import { addOpen } from "./commands/open.ts";
import { addReadCommands } from "./commands/read.ts";
import { addRecipient } from "./commands/recipient.ts";
import { addVerify } from "./commands/verify.ts";
import { addRelease } from "./commands/release.ts";
import { addReport } from "./commands/report.ts";
import { addAbsence } from "./commands/absence.ts";
import { addDispute } from "./commands/dispute.ts";
import { addKeyholders } from "./commands/keyholders.ts";
import { addKeyholderCommands } from "./commands/keyholder.ts";
import { addReputationCommands } from "./commands/reputation.ts";
import { addStepCommands } from "./commands/steps.ts";
import { addCarCommands } from "./commands/car.ts";
import { addPinRemote } from "./commands/pinRemote.ts";
import { addSeed } from "./commands/seed.ts";
import { addServe } from "./commands/serve.ts";
import { addLocal } from "./commands/local.ts";
import { addDemo } from "./commands/demo.ts";
import { addSkip } from "./commands/skip.ts";

/** Every command, in the order of a release's life; `--help` lists them so. */
export const commands: readonly ((program: Command) => void)[] = [
  addPack,
  addPublish,
  addCall,
  addCreate,
  addArtistCommands,
  addVerify,
  addFanCommands,
  addWithdraw,
  addReadCommands,
  addOpen,
  addRecipient,
  addRelease,
  addStepCommands,
  addDispute,
  addReport,
  addAbsence,
  addKeyholders,
  addKeyholderCommands,
  addReputationCommands,
  addServe,
  addSeed,
  addCarCommands,
  addPinRemote,
  addLocal,
  addDemo,
  addSkip,
];
