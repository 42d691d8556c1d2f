import { resolvePath } from "../base/path.ts";
import { defineCommand } from "../command-line/command.ts";
import { requireEngine } from "../command-line/context.ts";
import { runFile } from "../script/run.ts";

export const command = defineCommand<Readonly<Record<never, never>>, [string, ...string[]]>({
  description:
    'Removes the types without checking them (see `bq2 check`). `import { args, files, $ } from "bq2"` gives\n' +
    "the program access to the machine. Put `--` before arguments that begin with a dash:\n" +
    "bq2 run file.ts -- --flag",
  parameters: {
    flags: {},
    positional: {
      kind: "array",
      parameter: { brief: "The program's file, then its arguments", parse: String, placeholder: "FILE.ts" },
      minimum: 1,
    },
  },
  async func(_flags, file, ...args) {
    const path = resolvePath(this.platform.host.cwd, file);
    this.setExitCode(await runFile(this.platform, requireEngine(this), path, args));
  },
});
