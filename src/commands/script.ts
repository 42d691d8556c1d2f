/** TypeScript on this machine: run it, check its types, type it at a prompt. */
import { buildCommand, type Command } from "@stricli/core";
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { readKeys, terminalSize } from "../linux/terminal.ts";
import type { Platform } from "../platform/platform.ts";
import { type CheckTarget, typeCheck } from "../program/type-check.ts";
import type { Engine } from "../script/engine.ts";
import { GLOBAL_TYPES } from "../script/global-types.ts";
import type { Terminal } from "../script/line-reader.ts";
import { API_SPECIFIER } from "../script/modules.ts";
import { runPrompt } from "../script/prompt.ts";
import { runFile } from "../script/run.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";

type NoFlags = Readonly<Record<never, never>>;

export function scriptCommands(engine: Engine) {
  return { run: runCommand(engine), check: checkCommand(engine), prompt: promptCommand(engine) };
}

function runCommand(engine: Engine): Command<Bq2Context> {
  return buildCommand<NoFlags, [string, ...string[]], Bq2Context>({
    docs: {
      brief: BRIEFS.run,
      fullDescription:
        'Types are blanked, not checked (see `bq2 check`). `import { args, files, $ } from "bq2"` gives the machine.\n' +
        "Words that begin with a dash are the program's own behind `--`: bq2 run file.ts -- --flag",
    },
    parameters: {
      flags: {},
      positional: {
        kind: "array",
        parameter: { brief: "The program's file, then its own words", parse: String, placeholder: "FILE.ts" },
        minimum: 1,
      },
    },
    async func(_flags, file, ...args) {
      const path = resolvePath(this.platform.host.cwd, file);
      this.setExitCode(await runFile(this.platform, engine, path, args));
    },
  }) as Command<Bq2Context>;
}

function checkCommand(engine: Engine): Command<Bq2Context> {
  return buildCommand<NoFlags, string[], Bq2Context>({
    docs: {
      brief: BRIEFS.check,
      fullDescription:
        "Takes a tsconfig.json, a folder that holds one (default: the current one), or files, which are then checked\n" +
        "strictly. Ends with 1 where there is a problem.",
    },
    parameters: {
      flags: {},
      positional: {
        kind: "array",
        parameter: { brief: "A project, or files", parse: String, placeholder: "PATH" },
      },
    },
    async func(_flags, ...paths) {
      const { files, host } = this.platform;
      const target = checkTarget(this, paths);
      const { problems, fileCount } = typeCheck(files, await engine.loadCompiler(), target, {
        library: engine.library,
        modules: { [API_SPECIFIER]: engine.api },
        globals: GLOBAL_TYPES,
      });
      host.writeOut(problems.map((problem) => `${problem}\n`).join(""));
      host.writeOut(`Problems: ${problems.length} (files: ${fileCount})\n`);
      this.setExitCode(problems.length === 0 ? 0 : 1);
    },
  });
}

function checkTarget({ platform: { files, host } }: Bq2Context, paths: readonly string[]): CheckTarget {
  const all = (paths.length === 0 ? ["."] : paths).map((path) => resolvePath(host.cwd, path));
  const isFolder = (path: string): boolean => files.statusFollowed(path)?.kind === "folder";
  const configs = all.map((path) => (isFolder(path) ? `${path}/tsconfig.json` : path));
  const missing = configs.find((path) => files.statusFollowed(path) === undefined);
  if (missing !== undefined) {
    throw new Bq2Error(`Cannot check ${missing}: there is no such file`, {
      code: "no-project",
      hint: "name a tsconfig.json, or the .ts files",
    });
  }
  const [first = ""] = configs;
  if (configs.every((path) => path.endsWith(".ts"))) return { files: configs };
  if (configs.length === 1) return { config: first };
  throw new Bq2Error("Cannot check several projects at once", {
    code: "bad-options",
    hint: "one tsconfig.json, or .ts files only",
  });
}

const STANDARD_INPUT = 0;
const KEYS_AT_ONCE = 4096;

function promptCommand(engine: Engine): Command<Bq2Context> {
  return buildCommand<NoFlags, [], Bq2Context>({
    docs: {
      brief: BRIEFS.prompt,
      fullDescription: "Without a terminal, lines of standard input are evaluated up to its end.",
    },
    parameters: { flags: {} },
    async func() {
      const banner = `bq2 ${this.version}: a TypeScript prompt. help() explains it, !command runs a program.`;
      this.setExitCode(await runPrompt(this.platform, engine, terminalOf(this.platform), banner));
    },
  });
}

/** Undefined where standard input is none. */
function terminalOf(platform: Platform): Terminal | undefined {
  const { files, host, kernel } = platform;
  try {
    terminalSize(platform, STANDARD_INPUT);
  } catch {
    return undefined;
  }
  const buffer = new Uint8Array(KEYS_AT_ONCE);
  return {
    async read() {
      await kernel.waitReadable?.(STANDARD_INPUT);
      const length = files.read(STANDARD_INPUT, buffer, 0, buffer.length, null);
      return buffer.slice(0, length);
    },
    write: (text) => host.writeOut(text),
    columns: () => terminalSize(platform, STANDARD_INPUT).columns,
    readKeys: () => readKeys(platform, STANDARD_INPUT),
  };
}
