/** Runs one command line against a table of commands. Only the command that is called is loaded. */
import { type Application, buildApplication, buildCommand, buildRouteMap, run, text_en } from "@stricli/core";
import { VERSION } from "../version.ts";
import type { CommandTable, Route } from "./command.ts";
import type { Bq2Context } from "./context.ts";

/** The commands of the table that this engine can run. */
export function availableCommands(table: CommandTable, { engine }: Pick<Bq2Context, "engine">): CommandTable {
  return Object.fromEntries(
    Object.entries(table).filter(([, { needsEngine }]) => needsEngine !== true || engine !== undefined),
  );
}

/**
 * The command that is called. For any other word: one line for each command, which the help and the
 * suggestions need.
 */
async function routesFor(table: CommandTable, called: string | undefined) {
  const entry = called !== undefined && Object.hasOwn(table, called) ? table[called] : undefined;
  const routes: Record<string, Route> =
    called !== undefined && entry !== undefined
      ? { [called]: (await entry.load()).command(entry.brief) }
      : Object.fromEntries(Object.entries(table).map(([name, { brief }]) => [name, helpLine(brief)]));
  return buildRouteMap({
    routes,
    docs: {
      brief: "Reproducible QCOW2 disk images and root filesystems from upstream source",
      fullDescription:
        "Builds reproducible QCOW2 disk images and root filesystems from upstream source.\n" +
        "`bq2` without arguments first shows how far the build in data/sysroot is. `bq2 --install [DIR]` makes\n" +
        "a link for every command, so that the command can be called by its own name.",
    },
  });
}

/** A placeholder for a command in the help. Loading every command would take a hundred times the code. */
function helpLine(brief: string): Route {
  const command = buildCommand<Readonly<Record<never, never>>, [], Bq2Context>({
    docs: { brief },
    parameters: {},
    func() {},
  });
  return { ...command, brief, formatUsageLine: ({ prefix }) => `${prefix.join(" ")} ...` };
}

/**
 * stricli would print an error with its stack, perhaps to an output that has failed. `bq2.ts` reports errors.
 */
function rethrow(error: unknown): never {
  throw error;
}

async function application(
  table: CommandTable,
  called: string | undefined,
): Promise<Application<Bq2Context>> {
  return buildApplication(await routesFor(table, called), {
    name: "bq2",
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileLoadingCommandFunction: rethrow,
        exceptionWhileRunningCommand: rethrow,
        exceptionWhileRunningIntegrationFlag: ({ exception }) => rethrow(exception), // --help and --version
      },
    },
  });
}

/** For an unknown command or option. stricli's own codes for these are negative. */
const USAGE_ERROR = 2;

/** Runs one command line and returns its exit code. Rejects with the error that the command throws. */
export async function runCommand(
  table: CommandTable,
  inputs: readonly string[],
  context: Bq2Context,
): Promise<number> {
  await run(await application(table, inputs[0]), inputs, context);
  const code = Number(context.process.exitCode ?? 0);
  return code < 0 ? USAGE_ERROR : code;
}
