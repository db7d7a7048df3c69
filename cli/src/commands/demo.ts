import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { action } from "../context.ts";
import { sampleAlbum } from "../demo/sample.ts";
import { Story } from "../demo/story.ts";
import { LOCAL_KEYHOLDERS } from "../local/constants.ts";
import { engineOption, type Engine } from "../local/chain.ts";
import { startSystem } from "../local/system.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("take a folder through a whole release on a system of its own, from packing to payouts")
    .argument("[folder]", "a folder of real media; default a small recording that comes with Busker")
    .option("--keep", "leave the data of the demo in place")
    .addOption(engineOption())
    .action(
      action(async (context, folder: string | undefined, options: { keep?: boolean; engine?: Engine }) => {
        const place = await mkdtemp(join(tmpdir(), "busker-demo-"));
        context.onClose(async () => {
          if (options.keep === true) context.output.say(`The data of the demo is in ${place}`);
          else await rm(place, { recursive: true, force: true });
        });
        const album = resolve(folder ?? (await sampleAlbum(place)));
        await folderFiles(album);
        const system = await startSystem({
          folder: join(place, "system"),
          port: 0,
          engine: options.engine,
          keyholders: LOCAL_KEYHOLDERS,
          onStep: (sentence) => context.output.say(sentence),
        });
        context.onClose(() => system.stop());
        const end = async (): Promise<void> => {
          await system.stop();
          await rm(place, { recursive: true, force: true });
          process.exit(130);
        };
        process.once("SIGINT", () => void end());
        process.once("SIGTERM", () => void end());
        const { runDemo } = await import("../demo/run.ts");
        await runDemo({
          system,
          folder: album,
          story: new Story(context.output),
        });
        context.output.result(
          { held: true },
          "Everything held: the whole life of a release, on this machine.",
        );
      }),
    );
}
