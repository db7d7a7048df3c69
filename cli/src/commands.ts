import type { Command } from "commander";
import { addArtistCommands } from "./commands/artist.ts";
import { addFanCommands } from "./commands/fan.ts";
import { addPack } from "./commands/pack.ts";
import { addPublish } from "./commands/publish.ts";
import { addCall } from "./commands/call.ts";
import { addCreate } from "./commands/create.ts";
import { addOpen } from "./commands/open.ts";
import { addVerify } from "./commands/verify.ts";
import { addStatus } from "./commands/status.ts";
import { addKeyholderCommands } from "./commands/keyholder.ts";
import { addStepCommands } from "./commands/steps.ts";
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
  addOpen,
  addStatus,
  addStepCommands,
  addKeyholderCommands,
  addServe,
  addLocal,
  addDemo,
  addSkip,
];
