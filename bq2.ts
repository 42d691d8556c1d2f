/**
 * The program, on either engine: dispatches on the name that it was called by, then on its first argument. What
 * differs between the engines is handed in by `src/main-node.ts` and `src/main-quickjs.ts`.
 */
import { describeError, errorCode } from "./src/base/error.ts";
import type { Bq2Context, Surroundings } from "./src/commands/context.ts";
import type { Platform } from "./src/platform/platform.ts";
import { isReaderGone, READER_GONE } from "./src/platform/standard-streams.ts";
import { VERSION } from "./src/version.ts";

/** One engine with its machine. Functions load their code when they are called. */
export interface World {
  readonly platform: Platform;
  /** How a user starts this program, and the folder of its own source. */
  readonly program: string;
  readonly projectFolder: string;
  /** What only commands of the command line need. */
  surroundings(): Promise<
    Pick<Surroundings, "fetcher" | "terminalProgress" | "archives" | "loaderFolder" | "engineCommands">
  >;
  /**
   * Programs of other names that this one is as well (`init`, `tar`…), undefined where `name` is none. They are
   * asked for before anything else, as `bq2 <name>` too.
   */
  applet(name: string): Promise<((args: readonly string[]) => Promise<number>) | undefined>;
}

/** Runs `name args…`; gives the exit code. */
export async function main(world: World, name: string, args: readonly string[]): Promise<number> {
  try {
    return await dispatch(world, name, args);
  } catch (error) {
    return fail(world.platform, error);
  }
}

/** Ended by the user: 128 and the number of SIGINT, as a shell tells it. */
const INTERRUPTED = 130;

/** Tells what went wrong, and gives the exit code. */
function fail({ host }: Platform, error: unknown): number {
  if (isReaderGone(error)) return READER_GONE;
  try {
    host.writeError(`bq2: ${describeError(error)}${unexpected(error)}\n`);
  } catch {
    // standard error takes nothing either: the exit code has to do
  }
  return errorCode(error) === "interrupted" ? INTERRUPTED : 1;
}

/** The stack of an error that nobody meant for the user: a mistake of ours. */
function unexpected(error: unknown): string {
  return error instanceof Error && errorCode(error) === undefined ? `\n${error.stack ?? ""}` : "";
}

async function dispatch(world: World, name: string, args: readonly string[]): Promise<number> {
  const { platform } = world;
  const [first = "", second] = args;
  // Started by ourselves within a namespace: as little code as possible is loaded.
  if (first === "step-inside")
    return (await import("./src/runner/step/inside.ts")).runInside(platform, second ?? "");
  if (first === "enter-inside")
    return (await import("./src/runner/step/enter.ts")).enterInside(platform, second ?? "");
  if (first === "artifact-inside")
    return (await import("./src/runner/artifacts/request.ts")).artifactInside(platform, second ?? "");
  if (first === "vary-inside")
    return (await import("./src/runner/proofs/vary-inside.ts")).varyInside(platform, second ?? "");

  if (first === "namespace-inside")
    return (await import("./src/linux/namespace-inside.ts")).runInOwnNamespaces(platform, args.slice(1));

  const called = await world.applet(name);
  if (called !== undefined) return called(args);
  const asked = await world.applet(first);
  if (asked !== undefined) return asked(args.slice(1));

  const { commandContext } = await import("./src/commands/context.ts");
  const context = commandContext({
    platform,
    program: world.program,
    projectFolder: world.projectFolder,
    version: VERSION,
    ...(await world.surroundings()),
  });
  try {
    return await runCommandLine(world, context, name, args);
  } finally {
    await context.fetcher.close();
  }
}

async function runCommandLine(
  { platform }: World,
  context: Bq2Context,
  name: string,
  args: readonly string[],
): Promise<number> {
  const [first, second] = args;
  const { runCommand, subcommandsOf } = await import("./src/commands/app.ts");
  const subcommands = subcommandsOf(context);
  if (subcommands.includes(name)) return runCommand([name, ...args], context);
  if (first === "--install") {
    const { installLinks } = await import("./src/commands/install.ts");
    const folder = second ?? `${context.projectFolder}/bin`;
    const links = installLinks(platform, context.program, folder, subcommands);
    platform.host.writeOut(links.map((link) => `${link}\n`).join(""));
    return 0;
  }
  if (first === undefined) {
    const { resumeLines } = await import("./src/commands/resume-lines.ts");
    platform.host.writeOut(`${resumeLines(platform)}\n`);
    return runCommand(["--help"], context);
  }
  return runCommand(args, context);
}
