import { Bq2Error } from "../../base/error.ts";
import { defineCommand } from "../../command-line/command.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { workdirFlag } from "../../command-line/flags.ts";
import { workspaceAt } from "../../runner/context/workspace.ts";
import { CACHE_HINTS, type KeptItem, keptItems } from "../../runner/proofs/cache-check.ts";

export const command = defineCommand<{ readonly workdir?: string }>({
  description:
    "Hashes all outputs, seeds, unpacked sources and archives in the cache, and prints a line for each\n" +
    "file that differs from its record. Removes and repairs nothing: the next build sets damaged ones\n" +
    "aside and makes them again.",
  parameters: { flags: { workdir: workdirFlag } },
  async func(flags) {
    const items = keptItems(this.platform, workspaceAt(this.platform, flags.workdir).cache);
    this.log.info(`Hashing ${items.length} items in the cache`);
    const found = await checkAll(this, items);
    this.process.stdout.write(
      `Hashed ${items.length - found.unrecorded} of ${items.length} items in the cache: ${found.damaged} are damaged\n`,
    );
    if (found.unrecorded > 0)
      this.process.stdout.write(
        `${found.unrecorded} have no manifest yet: the next build that uses them records one or makes them again\n`,
      );
    if (found.damaged === 0) return;
    throw new Bq2Error(`${found.damaged} of ${items.length} items in the cache are damaged`, {
      code: "store-damaged",
      hint: "run the build again: it sets them aside and makes them again",
    });
  },
});

async function checkAll(context: Bq2Context, items: readonly KeptItem[]) {
  const { platform, progress } = context;
  const counts = { damaged: 0, unrecorded: 0 };
  let done = 0;
  const endProgress = progress.begin("verify store", () => {
    const item = items[done];
    return [`${done} of ${items.length}`, ...(item === undefined ? [] : [`${item.kind} ${item.path}`])];
  });
  try {
    for (const item of items) {
      await platform.clock.sleep(0); // so that the progress is drawn
      const result = item.check();
      done++;
      if (result === "unrecorded") counts.unrecorded++;
      else if (result.length > 0) {
        counts.damaged++;
        progress.clear();
        for (const line of result)
          context.process.stdout.write(`${item.kind} ${line} (hint: ${CACHE_HINTS[item.kind]})\n`);
      }
    }
  } finally {
    endProgress();
  }
  return counts;
}
