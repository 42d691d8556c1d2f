import { buildCommand, type Command } from "@stricli/core";
import { resolvePath } from "../base/path.ts";
import { buildProgram, type CompileModule } from "../program/build.ts";
import type { Compiler } from "../program/compiler.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";

interface Flags {
  readonly project: string | undefined;
  readonly packages: string | undefined;
  readonly entry: readonly string[] | undefined;
  readonly runtime: string | undefined;
  readonly library: boolean;
  readonly output: string;
}

/** The entry of this program itself. */
const OWN_ENTRY = "src/main-quickjs.ts";

export interface ProgramEngine {
  readonly compile: CompileModule;
  loadCompiler(): Promise<Compiler>;
}

export function programCommand(engine: ProgramEngine): Command<Bq2Context> {
  return buildCommand<Flags, [], Bq2Context>({
    docs: {
      brief: BRIEFS.program,
      fullDescription:
        "Blanks the types of every module that the entry imports, compiles the modules to bytecode, and writes one\n" +
        "executable: a runtime with the program behind it. The same sources give the same bytes on any machine.\n\n" +
        "To change bq2 within the image: edit /workspace/bq2, then\n" +
        "  bq2 program --output /usr/bin/bq2.new && mv /usr/bin/bq2.new /usr/bin/bq2",
    },
    parameters: {
      flags: {
        project: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "DIR",
          brief: "Folder of the sources (default: this program's own)",
        },
        packages: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "DIR",
          brief: "Folder of npm packages (default: node_modules of the project)",
        },
        entry: {
          kind: "parsed",
          parse: String,
          optional: true,
          variadic: true,
          placeholder: "FILE",
          brief: `First module, below the project, or a package (default: ${OWN_ENTRY})`,
        },
        runtime: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "FILE",
          brief: "Executable whose runtime is taken (default: this one)",
        },
        library: {
          kind: "boolean",
          default: false,
          brief: "Modules alone, to be imported by another program",
        },
        output: { kind: "parsed", parse: String, placeholder: "FILE", brief: "Where the program is written" },
      },
    },
    async func(flags) {
      const { platform, projectFolder } = this;
      const { host } = platform;
      const project = resolvePath(host.cwd, flags.project ?? projectFolder);
      const output = resolvePath(host.cwd, flags.output);
      const ownRuntime = flags.runtime ?? host.self[0] ?? "";
      const count = await buildProgram(platform, await engine.loadCompiler(), engine.compile, {
        project,
        packages: resolvePath(host.cwd, flags.packages ?? `${project}/node_modules`),
        entries: flags.entry ?? [OWN_ENTRY],
        runtime: flags.library ? undefined : resolvePath(host.cwd, ownRuntime),
        output,
      });
      this.process.stdout.write(`Compiled ${count} modules to ${output}\n`);
    },
  });
}
