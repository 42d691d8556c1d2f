import { Bq2Error } from "../../base/error.ts";
import { defineCommand } from "../../command-line/command.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { workspaceAt } from "../../runner/context/workspace.ts";
import { CACHE_HINTS, type KeptThing, keptThings } from "../../runner/proofs/cache-check.ts";

export const command = defineCommand<{ readonly workdir: string }>({
  description:
    "Reads all outputs, seeds, unpacked sources and archives of the cache, and prints a line for each file\n" +
    "that is not as it was recorded. Removes and repairs nothing: the next build sets aside what is damaged\n" +
    "and makes it again.",
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    const things = keptThings(this.platform, workspaceAt(this.platform, flags.workdir).cache);
    this.log.info(`Hashing ${things.length} things in the cache`);
    const found = await checkAll(this, things);
    this.process.stdout.write(
      `${things.length - found.unrecorded} of ${things.length} things in the cache were hashed, ${found.damaged} are damaged\n`,
    );
    if (found.unrecorded > 0)
      this.process.stdout.write(
        `${found.unrecorded} are from before manifests were recorded: the next build that uses them records or remakes them\n`,
      );
    if (found.damaged === 0) return;
    throw new Bq2Error(`${found.damaged} of ${things.length} things in the cache are damaged`, {
      code: "store-damaged",
      hint: "run the build again: it sets them aside and makes them again",
    });
  },
});

async function checkAll(context: Bq2Context, things: readonly KeptThing[]) {
  const { platform, progress } = context;
  const counts = { damaged: 0, unrecorded: 0 };
  let done = 0;
  const endProgress = progress.begin("verify store", () => {
    const thing = things[done];
    return [`${done} of ${things.length}`, ...(thing === undefined ? [] : [`${thing.kind} ${thing.path}`])];
  });
  try {
    for (const thing of things) {
      await platform.clock.sleep(0); // so that the progress is drawn
      const result = thing.check();
      done++;
      if (result === "unrecorded") counts.unrecorded++;
      else if (result.length > 0) {
        counts.damaged++;
        progress.clear();
        for (const line of result)
          context.process.stdout.write(`${thing.kind} ${line} (hint: ${CACHE_HINTS[thing.kind]})\n`);
      }
    }
  } finally {
    endProgress();
  }
  return counts;
}
