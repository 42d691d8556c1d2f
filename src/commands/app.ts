/** All subcommands, and how their errors are told. */
import { type Application, buildApplication, buildRouteMap, run, text_en } from "@stricli/core";
import { describeError, errorCode } from "../base/error.ts";
import { boot } from "./boot.ts";
import { build } from "./build.ts";
import type { Bq2Context } from "./context.ts";
import { doctor } from "./doctor.ts";
import { image } from "./image.ts";
import { sources } from "./sources.ts";
import { sysroot } from "./sysroot.ts";
import { sysrootBuilder } from "./sysroot-builder.ts";
import { sysrootBuilderOverrides } from "./sysroot-builder-overrides.ts";
import { sysrootNamespace } from "./sysroot-namespace.ts";
import { sysrootRunner } from "./sysroot-runner.ts";
import { sysrootStatus } from "./sysroot-status.ts";
import { sysrootTarball } from "./sysroot-tarball.ts";

function routesOf({ engineCommands }: Bq2Context) {
  return buildRouteMap({
    routes: {
      build,
      boot,
      sysroot,
      sysrootBuilder,
      sysrootRunner,
      sysrootStatus,
      sysrootNamespace,
      sysrootBuilderOverrides,
      sysrootTarball,
      image,
      sources,
      doctor,
      ...engineCommands,
    },
    docs: {
      brief: "Reproducible QCOW2 disk images and root filesystems from upstream source",
      fullDescription:
        "Builds reproducible QCOW2 disk images and root filesystems from upstream source.\n" +
        "`bq2` alone says where the build in data/sysroot stands. `bq2 --install [DIR]` makes a link for every\n" +
        "command, which then can be called by its own name.",
    },
  });
}

/** Names of all subcommands, as typed. */
export function subcommandsOf(context: Bq2Context): readonly string[] {
  return routesOf(context)
    .getAllEntries()
    .map(({ name }) => name["convert-camel-to-kebab"]);
}

/** Ended by the user: 128 and the number of SIGINT, as a shell tells it. */
const INTERRUPTED = 130;

function application(context: Bq2Context): Application<Bq2Context> {
  return buildApplication(routesOf(context), {
    name: "bq2",
    versionInfo: { currentVersion: context.version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    determineExitCode: (error) => (errorCode(error) === "interrupted" ? INTERRUPTED : 1),
    localization: {
      text: {
        ...text_en,
        exceptionWhileRunningCommand: (error) => `bq2: ${describeError(error)}${unexpected(error)}`,
        exceptionWhileLoadingCommandContext: (error) => `bq2: ${describeError(error)}`,
      },
    },
  });
}

/** The stack of an error that nobody meant for the user: a mistake of ours. */
function unexpected(error: unknown): string {
  return error instanceof Error && errorCode(error) === undefined ? `\n${error.stack ?? ""}` : "";
}

/** Runs one command line; gives the exit code. */
export async function runCommand(inputs: readonly string[], context: Bq2Context): Promise<number> {
  await run(application(context), inputs, context);
  const code = Number(context.process.exitCode ?? 0);
  return code < 0 ? USAGE_ERROR : code;
}

/** For an unknown command or option (stricli's own codes are negative). */
const USAGE_ERROR = 2;
