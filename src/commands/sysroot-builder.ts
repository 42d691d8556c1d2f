import { buildCommand } from "@stricli/core";
import type { Arch } from "../base/arch.ts";
import { savePlan } from "../runner/documents.ts";
import type { Bq2Context } from "./context.ts";
import { parseArch, parseSha256, workdirFlag } from "./flags.ts";
import { type PlanChoice, planFor } from "./planning.ts";
import { withWorkspace } from "./session.ts";
import { runSysroot } from "./sysroot.ts";

interface Flags extends PlanFlags {
  readonly seedSha256?: string;
  readonly workdir: string;
  readonly mirror?: string;
  readonly output?: string;
}

export const planFlags = {
  seed: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief: "What supplies the first compiler: debian-12, host, or a rootfs tarball",
    placeholder: "NAME|TAR",
  },
  arch: {
    kind: "parsed",
    parse: parseArch,
    optional: true,
    brief: "x86_64 or aarch64 (default: the host's)",
  },
  profile: { kind: "parsed", parse: String, optional: true, brief: "What is built (default: minimal)" },
  withoutSources: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Leave what it is built from out of the image: smaller, but it cannot rebuild itself",
  },
} as const;

export interface PlanFlags {
  readonly seed?: string;
  readonly arch?: Arch;
  readonly profile?: string;
  readonly withoutSources: boolean;
}

/** Undefined is what was not chosen. */
export function planChoice({ seed, arch, profile, withoutSources }: PlanFlags): PlanChoice {
  return { seed, arch, profile, sources: withoutSources ? false : undefined };
}

export const sourceFlags = {
  seedSha256: {
    kind: "parsed",
    parse: parseSha256,
    optional: true,
    brief: "sha256 that the seed's tarball must have",
    placeholder: "HEX",
  },
  mirror: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief: "Folder of archives, tried before any origin",
    placeholder: "DIR",
  },
} as const;

export const sysrootBuilder = buildCommand<Flags, [], Bq2Context>({
  docs: {
    brief: "Lay out the workspace and write the build plan",
    fullDescription:
      "Lays out the workspace and writes the build plan. The plan depends on the code, the profile, the\n" +
      "architecture and the seed's name only: the same choices give the same bytes on any machine.\n" +
      "With --output it goes on to the rootfs tarball.",
  },
  parameters: {
    flags: {
      ...planFlags,
      ...sourceFlags,
      workdir: workdirFlag,
      output: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Build the rootfs too and put its tarball here",
        placeholder: "FILE",
      },
    },
  },
  async func(flags) {
    await withWorkspace(this, flags.workdir, async (workspace) => {
      savePlan(this.platform, workspace, planFor(this.platform, this.version, planChoice(flags)));
      this.process.stdout.write(`Prepared sysroot workspace at ${flags.workdir}\n`);
      this.process.stdout.write(`Wrote build plan at ${workspace.plan}\n`);
      if (flags.output !== undefined)
        await runSysroot(this, workspace, { ...flags, resume: true, offline: false });
    });
  },
});
