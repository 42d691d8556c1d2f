/** All subcommands. A command's code is loaded when it is called. */
import { type Application, buildApplication, buildCommand, buildRouteMap, run, text_en } from "@stricli/core";
import { BRIEFS, type CommandName } from "./briefs.ts";
import type { Bq2Context, CommandLoaders, Route } from "./context.ts";

const COMMANDS: CommandLoaders = {
  build: async () => (await import("./build.ts")).build,
  boot: async () => (await import("./boot.ts")).boot,
  sysroot: async () => (await import("./sysroot.ts")).sysroot,
  "sysroot-builder": async () => (await import("./sysroot-builder.ts")).sysrootBuilder,
  "sysroot-runner": async () => (await import("./sysroot-runner.ts")).sysrootRunner,
  "sysroot-status": async () => (await import("./sysroot-status.ts")).sysrootStatus,
  "sysroot-namespace": async () => (await import("./sysroot-namespace.ts")).sysrootNamespace,
  "sysroot-builder-overrides": async () =>
    (await import("./sysroot-builder-overrides.ts")).sysrootBuilderOverrides,
  "sysroot-tarball": async () => (await import("./sysroot-tarball.ts")).sysrootTarball,
  image: async () => (await import("./image.ts")).image,
  sources: async () => (await import("./sources.ts")).sources,
  verify: async () => (await import("./verify.ts")).verify,
  "kernel-config": async () => (await import("./kernel-config.ts")).kernelConfig,
  report: async () => (await import("./report.ts")).report,
  doctor: async () => (await import("./doctor.ts")).doctor,
};

function commandsOf({ engineCommands }: Bq2Context): CommandLoaders {
  return { ...COMMANDS, ...engineCommands };
}

/** Names of all subcommands, as typed. */
export function subcommandsOf(context: Bq2Context): readonly string[] {
  return Object.keys(commandsOf(context));
}

/** The command that is called; where it is none, what the help and suggestions take of them all. */
async function routesFor(context: Bq2Context, called: string | undefined) {
  const loaders = commandsOf(context);
  const load = called !== undefined && isName(called) ? loaders[called] : undefined;
  const names = Object.keys(loaders) as CommandName[];
  const routes: Record<string, Route> =
    called !== undefined && load !== undefined
      ? { [called]: await load() }
      : Object.fromEntries(names.map((name) => [name, listed(name)]));
  return buildRouteMap({
    routes,
    docs: {
      brief: "Reproducible QCOW2 disk images and root filesystems from upstream source",
      fullDescription:
        "Builds reproducible QCOW2 disk images and root filesystems from upstream source.\n" +
        "`bq2` alone says where the build in data/sysroot stands. `bq2 --install [DIR]` makes a link for every\n" +
        "command, which then can be called by its own name.",
    },
  });
}

function isName(called: string): called is CommandName {
  return Object.hasOwn(BRIEFS, called);
}

/** A command as a line of the help: all of them would take a hundred times the code. */
function listed(name: CommandName): Route {
  const command = buildCommand<Readonly<Record<never, never>>, [], Bq2Context>({
    docs: { brief: BRIEFS[name] },
    parameters: {},
    func() {},
  });
  return { ...command, brief: BRIEFS[name], formatUsageLine: ({ prefix }) => `${prefix.join(" ")} ...` };
}

/** stricli would write what these give: to an output that may have failed, and with a stack. `bq2.ts` tells errors. */
function rethrow(error: unknown): never {
  throw error;
}

async function application(
  context: Bq2Context,
  called: string | undefined,
): Promise<Application<Bq2Context>> {
  return buildApplication(await routesFor(context, called), {
    name: "bq2",
    versionInfo: { currentVersion: context.version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileLoadingCommandFunction: rethrow,
        exceptionWhileRunningCommand: rethrow,
        exceptionWhileRunningIntegrationFlag: ({ exception }) => rethrow(exception), // the help and the version
      },
    },
  });
}

/** Runs one command line; gives the exit code. Throws what the command throws. */
export async function runCommand(inputs: readonly string[], context: Bq2Context): Promise<number> {
  await run(await application(context, inputs[0]), inputs, context);
  const code = Number(context.process.exitCode ?? 0);
  return code < 0 ? USAGE_ERROR : code;
}

/** For an unknown command or option (stricli's own codes are negative). */
const USAGE_ERROR = 2;
