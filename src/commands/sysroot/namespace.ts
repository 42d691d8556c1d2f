import { Bq2Error } from "../../base/error.ts";
import { resolvePath } from "../../base/path.ts";
import { defineCommand } from "../../command-line/command.ts";
import type { Bq2Context } from "../../command-line/context.ts";
import { bindFlag, workdirFlag } from "../../command-line/flags.ts";
import type { Bind, View } from "../../linux/view.ts";
import { makeFolders } from "../../platform/files.ts";
import { requirePrograms } from "../../platform/foreign-programs.ts";
import { loadState } from "../../runner/context/documents.ts";
import { workspaceAt } from "../../runner/context/workspace.ts";
import { runInteractive } from "../../runner/step/enter.ts";
import { shellArch } from "../../seeds/arch.ts";
import { soundSeed } from "../../seeds/seed.ts";

interface Flags {
  readonly rootfs?: string;
  readonly bind?: readonly Bind[];
  readonly network: boolean;
  readonly workdir?: string;
}

const LOGIN_SHELL = ["/bin/sh", "--login"];

export const command = defineCommand<Flags, string[]>({
  description:
    "Enters a root filesystem in its own namespaces: you are root inside and yourself outside. The\n" +
    "default is the workspace's seed rootfs: the seed's files with the build's additions over them.\n" +
    "The namespaces keep work clean without sudo. Read-only binds stay read-only; by default the network\n" +
    "is the host's.",
  parameters: {
    flags: {
      rootfs: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Folder of the rootfs",
        placeholder: "DIR",
      },
      bind: bindFlag,
      network: { kind: "boolean", default: true, brief: "Share the host's network (--no-network: none)" },
      workdir: workdirFlag,
    },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "Command to run (default: /bin/sh --login)", placeholder: "CMD" },
    },
  },
  async func(flags, ...words) {
    const command = words.length === 0 ? LOGIN_SHELL : words;
    const rootfs = flags.rootfs ?? workspaceAt(this.platform, flags.workdir).seedRootfs;
    const binds = flags.bind ?? [];
    const text = (line: string): void => this.process.stdout.write(`${line}\n`);
    text(`Entering namespace with rootfs=${rootfs}`);
    text("Bind mounts:");
    for (const { source, target } of binds) text(`  ${source} -> ${target}`);
    text(`Command: ${command.join(" ")}`);
    const view = viewOf(this, flags.workdir, resolvePath(this.platform.host.cwd, rootfs), binds);
    text(`Executing command: ${command.join(" ")}`);
    const { TERM = "dumb" } = this.platform.host.env;
    const env = { HOME: "/root", PATH: "/opt/sysroot/bin:/usr/sbin:/usr/bin:/sbin:/bin", TERM };
    const request = { view, use: "shell", command, env } as const;
    this.setExitCode(await runInteractive(this.platform, request, flags.network));
  },
});

/**
 * The folder itself or, for the workspace's seed rootfs, the seed's tree with the folder's contents over it.
 */
function viewOf(
  context: Bq2Context,
  workdir: string | undefined,
  rootfs: string,
  binds: readonly Bind[],
): View {
  const { platform } = context;
  const workspace = workspaceAt(platform, workdir);
  if (platform.files.statusFollowed(rootfs)?.kind !== "folder") {
    throw new Bq2Error(`Cannot enter ${rootfs}: no such folder`, {
      code: "no-rootfs",
      hint: "name an unpacked rootfs with --rootfs, or build one with bq2 sysroot",
    });
  }
  const isSeed = rootfs === workspace.seedRootfs;
  const shell = isSeed ? undefined : shellArch(platform.files, rootfs);
  if (shell !== undefined && shell !== "no shell") requirePrograms(platform, shell, `${rootfs} (${shell})`);
  const mountPoint = `${workspace.work}/mount`;
  makeFolders(platform.files, mountPoint);
  const common = { mountPoint, hostname: "bq2", sys: true };
  const seed = isSeed ? seedOf(context, workdir) : undefined;
  if (seed === undefined) return { ...common, root: { kind: "folder", path: rootfs }, binds };
  const layers = seed.kind === "tree" ? [seed.folder, rootfs] : [rootfs];
  const hostBinds = seed.kind === "host" ? seed.binds.map((bind) => ({ ...bind, readOnly: true })) : [];
  return {
    ...common,
    root: { kind: "overlay", layers, changes: `${workspace.work}/seed-shell` },
    binds: [...hostBinds, ...binds],
  };
}

function seedOf(context: Bq2Context, workdir: string | undefined) {
  const workspace = workspaceAt(context.platform, workdir);
  const digest = loadState(context.platform, workspace)?.seedDigest ?? undefined;
  return digest === undefined
    ? undefined
    : soundSeed(context.platform, workspace.cache.root, digest, context.log.warn)?.base;
}
