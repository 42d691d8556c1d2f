/** Runs a TypeScript program from its file. */
import { Bq2Error } from "../base/error.ts";
import type { Platform } from "../platform/platform.ts";
import { isReaderGone, READER_GONE } from "../platform/standard-streams.ts";
import { provide } from "./api.ts";
import type { Engine } from "./engine.ts";
import { installGlobals } from "./globals.ts";
import { inspect } from "./inspect.ts";
import { limitMemory } from "./memory.ts";
import { installModules } from "./modules.ts";
import { trackRejections } from "./rejections.ts";
import { makeShell } from "./shell.ts";
import { describeFailure } from "./stack.ts";

/**
 * Runs the program until nothing is left to do. Returns the exit code 0; an uncaught error is shown with its
 * stack and ends the process with 1.
 *
 * @throws Bq2Error `no-program`.
 */
export async function runFile(
  platform: Platform,
  engine: Engine,
  path: string,
  args: readonly string[],
): Promise<number> {
  const { files, host } = platform;
  if (files.statusFollowed(path)?.kind !== "file") {
    throw new Bq2Error(`Cannot run ${path}: there is no such file`, { code: "no-program" });
  }
  installModules(files, engine, await engine.loadCompiler());
  installGlobals(platform, engine);
  provide(platform, { args, $: makeShell(platform, () => host), exit: (code = 0) => engine.exit(code) });
  limitMemory(files, engine);
  const fail = (error: unknown): never => {
    if (isReaderGone(error)) return engine.exit(READER_GONE);
    host.writeError(`${describeFailure(error, inspect)}\n`);
    return engine.exit(1);
  };
  trackRejections(engine, fail);
  try {
    await import(path);
  } catch (error) {
    return fail(error);
  }
  await engine.whenIdle();
  return 0;
}
