import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { defineCommand } from "../command-line/command.ts";
import { type Bq2Context, requireEngine } from "../command-line/context.ts";
import { type CheckTarget, typeCheck } from "../program/type-check.ts";
import { GLOBAL_TYPES } from "../script/global-types.ts";
import { API_SPECIFIER } from "../script/modules.ts";

export const command = defineCommand<Readonly<Record<never, never>>, string[]>({
  description:
    "Checks the project of a tsconfig.json, the project of a folder that has one (default: the current\n" +
    "folder), or single files, with strict rules. The exit code is 1 if there is a problem.",
  parameters: {
    flags: {},
    positional: {
      kind: "array",
      parameter: { brief: "A project, or files", parse: String, placeholder: "PATH" },
    },
  },
  async func(_flags, ...paths) {
    const { files, host } = this.platform;
    const engine = requireEngine(this);
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

function checkTarget({ platform: { files, host } }: Bq2Context, paths: readonly string[]): CheckTarget {
  const all = (paths.length === 0 ? ["."] : paths).map((path) => resolvePath(host.cwd, path));
  const isFolder = (path: string): boolean => files.statusFollowed(path)?.kind === "folder";
  const configs = all.map((path) => (isFolder(path) ? `${path}/tsconfig.json` : path));
  const missing = configs.find((path) => files.statusFollowed(path) === undefined);
  if (missing !== undefined) {
    throw new Bq2Error(`Cannot check ${missing}: no such file`, {
      code: "no-project",
      hint: "name a tsconfig.json, or the .ts files",
    });
  }
  const [first = ""] = configs;
  if (configs.every((path) => path.endsWith(".ts"))) return { files: configs };
  if (configs.length === 1) return { config: first };
  throw new Bq2Error("Cannot check several projects at once", {
    code: "bad-options",
    hint: "name one tsconfig.json, or only .ts files",
  });
}
