import { Bq2Error } from "../base/error.ts";
import { defineCommand, defineGroup } from "../command-line/command.ts";
import type { Bq2Context } from "../command-line/context.ts";
import { workdirFlag } from "../command-line/flags.ts";
import { sourceFlags } from "../command-line/plan-flags.ts";
import { planFor } from "../command-line/planning.ts";
import type { Plan } from "../plan/plan.ts";
import type { Archive } from "../plan/source.ts";
import { loadPlan } from "../runner/context/documents.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { cacheFolder } from "../sources/cache.ts";
import { fetchArchives } from "../sources/fetch.ts";
import { listArchives, verifyArchives } from "../sources/inventory.ts";

interface Flags {
  readonly workdir?: string;
}

/** The archives of the plan on disk; without one, those of the plan that `bq2 build` would write. */
function archivesOf(context: Bq2Context, workdir: string | undefined): Archive[] {
  const plan: Plan =
    loadPlan(context.platform, workspaceAt(context.platform, workdir)) ?? planFor(context.platform, {});
  return plan.pins.flatMap((pin) => pin.archives);
}

const list = defineCommand<Flags>({
  parameters: { flags: { workdir: workdirFlag } },
  func(flags) {
    const archives = archivesOf(this, flags.workdir);
    for (const listed of listArchives(this.platform, cacheFolder(this.platform.host), archives)) {
      const { archive, state, from, verifiedAt, origins } = listed;
      this.process.stdout.write(
        `${archive.file}  ${state}  ${archive.size} bytes\n  sha256  ${archive.sha256}\n`,
      );
      if (from !== undefined)
        this.process.stdout.write(`  from    ${from}, verified ${verifiedAt ?? "never"}\n`);
      for (const origin of origins) this.process.stdout.write(`  origin  ${origin}\n`);
    }
  },
});

const fetch = defineCommand<Flags & { readonly mirror?: string }>({
  parameters: { flags: { mirror: sourceFlags.mirror, workdir: workdirFlag } },
  async func(flags) {
    const fetched = await fetchArchives(archivesOf(this, flags.workdir), {
      platform: this.platform,
      fetcher: this.fetcher,
      cache: cacheFolder(this.platform.host),
      mirror: flags.mirror ?? this.archives,
      onEvent: (event) => {
        if (event.kind === "fetched") this.log.info(`Fetched ${event.archive.file} from ${event.origin}`);
        if (event.kind === "refused")
          this.log.warn(`Refused ${event.archive.file} from ${event.origin}: ${event.reason}`);
      },
    });
    for (const { path } of fetched) this.process.stdout.write(`${path}\n`);
  },
});

const verify = defineCommand<Flags>({
  parameters: { flags: { workdir: workdirFlag } },
  func(flags) {
    const archives = archivesOf(this, flags.workdir);
    const bad: string[] = [];
    for (const checked of verifyArchives(this.platform, cacheFolder(this.platform.host), archives)) {
      const reason = checked.outcome === "damaged" ? ` (${checked.reason})` : "";
      this.process.stdout.write(`${checked.archive.file}: ${checked.outcome}${reason}\n`);
      if (checked.outcome !== "good") bad.push(checked.archive.file);
    }
    if (bad.length === 0) return;
    throw new Bq2Error(
      `${bad.length} of ${archives.length} archives are missing or damaged: ${bad.join(", ")}`,
      {
        code: "sources-not-good",
        hint: "run bq2 sources fetch",
      },
    );
  },
});

export const command = defineGroup({
  list: list("List what is pinned, what is cached, and where it came from"),
  fetch: fetch("Fetch the archives that are missing, and verify the others"),
  verify: verify("Hash every cached archive again"),
});
