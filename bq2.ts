/**
 * The program, on either engine. It dispatches on the name that it was called by, then on its first argument.
 * `src/main-node.ts` and `src/main-quickjs.ts` supply what differs between the engines.
 */
import { describeError, errorCode } from "./src/base/error.ts";
import { HIDDEN_COMMANDS, type HiddenCommand } from "./src/base/hidden-commands.ts";
import type { Bq2Context } from "./src/command-line/context.ts";
import type { Platform } from "./src/platform/platform.ts";
import { isReaderGone, READER_GONE } from "./src/platform/standard-streams.ts";

/** One engine on its machine. Its functions load their code when they are called. */
export interface World {
  readonly platform: Platform;
  /** Makes some memory available, so that an error can be reported when none is left. */
  openReserve(): void;
  /** The context of the command line's commands. */
  openContext(): Promise<Bq2Context>;
  /**
   * A command of the image, such as `init` or `tar`; undefined if there is none of that name. It runs when
   * the program is called by that name, and as `bq2 <name>`.
   */
  imageCommand(name: string): Promise<((args: readonly string[]) => Promise<number>) | undefined>;
}

type Run = (platform: Platform, args: readonly string[]) => Promise<number>;

/** Each loads only the code that it needs, because every step of a build starts one. */
const HIDDEN: { readonly [name in HiddenCommand]: Run } = {
  [HIDDEN_COMMANDS.step]: async (platform, [request = ""]) =>
    (await import("./src/runner/step/inside.ts")).runInside(platform, request),
  [HIDDEN_COMMANDS.enter]: async (platform, [request = ""]) =>
    (await import("./src/runner/step/enter.ts")).enterInside(platform, request),
  [HIDDEN_COMMANDS.artifact]: async (platform, [request = ""]) =>
    (await import("./src/runner/artifacts/request.ts")).artifactInside(platform, request),
  [HIDDEN_COMMANDS.vary]: async (platform, [request = ""]) =>
    (await import("./src/runner/proofs/vary-inside.ts")).varyInside(platform, request),
  [HIDDEN_COMMANDS.namespaces]: async (platform, args) =>
    (await import("./src/linux/namespace-inside.ts")).runInOwnNamespaces(platform, args),
};

/** Runs `name args…` and returns the exit code. */
export async function main(world: World, name: string, args: readonly string[]): Promise<number> {
  try {
    return await dispatch(world, name, args);
  } catch (error) {
    world.openReserve();
    return fail(world.platform, error);
  }
}

/** A shell's exit code for a program that Ctrl-C ended: 128 plus the number of SIGINT. */
const INTERRUPTED = 130;

/** Reports the error and returns the exit code. */
function fail({ host }: Platform, error: unknown): number {
  if (isReaderGone(error)) return READER_GONE;
  try {
    host.writeError(`bq2: ${describeError(error)}${unexpected(error)}\n`);
  } catch {
    // Standard error has failed too, so only the exit code is left.
  }
  return errorCode(error) === "interrupted" ? INTERRUPTED : 1;
}

/** The stack of an error that has no code: a defect in this program. */
function unexpected(error: unknown): string {
  return error instanceof Error && errorCode(error) === undefined ? `\n${error.stack ?? ""}` : "";
}

async function dispatch(world: World, name: string, args: readonly string[]): Promise<number> {
  const { platform } = world;
  const [first = "", ...rest] = args;
  if (Object.hasOwn(HIDDEN, first)) return HIDDEN[first as HiddenCommand](platform, rest);

  const byName = await world.imageCommand(name);
  if (byName !== undefined) return byName(args);
  const byArgument = await world.imageCommand(first);
  if (byArgument !== undefined) return byArgument(rest);

  const context = await world.openContext();
  try {
    return await runCommandLine(context, name, args);
  } finally {
    await context.fetcher.close();
  }
}

async function runCommandLine(context: Bq2Context, name: string, args: readonly string[]): Promise<number> {
  const { platform, program, projectFolder } = context;
  const [first, folder = `${projectFolder}/bin`] = args;
  const { availableCommands, runCommand } = await import("./src/command-line/app.ts");
  const { COMMANDS } = await import("./src/commands.ts");
  const commands = availableCommands(COMMANDS, context);
  if (Object.hasOwn(commands, name)) return runCommand(commands, [name, ...args], context);
  if (first === "--install") {
    const { installLinks } = await import("./src/command-line/install.ts");
    const links = installLinks(platform, program, folder, Object.keys(commands));
    platform.host.writeOut(links.map((link) => `${link}\n`).join(""));
    return 0;
  }
  if (first === undefined) {
    const { resumeLines } = await import("./src/runner/run/resume.ts");
    platform.host.writeOut(`${resumeLines(platform)}\n`);
    return runCommand(commands, ["--help"], context);
  }
  return runCommand(commands, args, context);
}
