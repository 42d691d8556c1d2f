/**
 * The program: picks the platform, and dispatches on the name that it was called by, then on its first
 * argument. Called by `bin/bq2`.
 */

import manifest from "./package.json" with { type: "json" };
import { describeError } from "./src/base/error.ts";
import { dirname } from "./src/base/path.ts";
import type { Bq2Context } from "./src/commands/context.ts";
import { nodePlatform } from "./src/platform/node.ts";
import type { Platform } from "./src/platform/platform.ts";

/** Runs `name args…`; gives the exit code. `name` selects a subcommand where it is one's. */
export async function main(name: string, args: readonly string[]): Promise<number> {
  const platform = nodePlatform();
  try {
    return await dispatch(platform, name, args);
  } catch (error) {
    platform.host.writeError(`bq2: ${describeError(error)}\n`);
    return 1;
  }
}

async function dispatch(platform: Platform, name: string, args: readonly string[]): Promise<number> {
  const [first, second] = args;
  // Started by ourselves within a namespace: as little code as possible is loaded.
  if (first === "step-inside")
    return (await import("./src/runner/inside.ts")).runInside(platform, second ?? "");
  if (first === "enter-inside")
    return (await import("./src/runner/enter.ts")).enterInside(platform, second ?? "");

  const context = await contextOf(platform);
  try {
    return await withContext(platform, context, name, args);
  } finally {
    await context.fetcher.close();
  }
}

async function withContext(
  platform: Platform,
  context: Bq2Context,
  name: string,
  args: readonly string[],
): Promise<number> {
  const [first, second] = args;
  const { runCommand, SUBCOMMANDS } = await import("./src/commands/app.ts");
  if (SUBCOMMANDS.includes(name)) return runCommand([name, ...args], context);
  if (first === "--install") {
    const { installLinks } = await import("./src/commands/install.ts");
    const links = installLinks(
      platform,
      context.program,
      second ?? `${context.projectFolder}/bin`,
      SUBCOMMANDS,
    );
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

async function contextOf(platform: Platform): Promise<Bq2Context> {
  const { commandContext } = await import("./src/commands/context.ts");
  const { nodeFetcher } = await import("./src/platform/node-fetch.ts");
  const projectFolder = dirname(dirname(platform.host.self.at(-1) ?? "")); // the bundle is dist/bq2.js
  return commandContext({
    platform,
    program: `${projectFolder}/bin/bq2`,
    projectFolder,
    version: manifest.version,
    fetcher: nodeFetcher({ env: platform.host.env }),
    terminalProgress: platform.host.isTerminal
      ? (await import("./src/platform/node-progress.ts")).terminalProgress()
      : undefined,
  });
}
