import { resolvePath } from "../base/path.ts";
import { defineCommand } from "../command-line/command.ts";
import { requireEngine } from "../command-line/context.ts";
import { buildProgram } from "../program/build.ts";

interface Flags {
  readonly project: string | undefined;
  readonly packages: string | undefined;
  readonly entry: readonly string[] | undefined;
  readonly runtime: string | undefined;
  readonly library: boolean;
  readonly output: string;
}

/** This program's own first module. */
const OWN_ENTRY = "src/main-quickjs.ts";

export const command = defineCommand<Flags>({
  description:
    "Removes the types from every module that the entry imports, compiles the modules to bytecode, and\n" +
    "writes one executable: a runtime followed by the program. The same sources give the same bytes on\n" +
    "any machine.\n\n" +
    "To change bq2 within the image: edit /workspace/bq2, then run\n" +
    "  bq2 program --output /usr/bin/bq2.new && mv /usr/bin/bq2.new /usr/bin/bq2",
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
        brief: "Folder of npm packages (default: the project's node_modules)",
      },
      entry: {
        kind: "parsed",
        parse: String,
        optional: true,
        variadic: true,
        placeholder: "FILE",
        brief: `First module, relative to the project, or a package (default: ${OWN_ENTRY})`,
      },
      runtime: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "FILE",
        brief: "Executable that supplies the runtime (default: this one)",
      },
      library: {
        kind: "boolean",
        default: false,
        brief: "Write only the modules, for another program to import",
      },
      output: { kind: "parsed", parse: String, placeholder: "FILE", brief: "File to write the program to" },
    },
  },
  async func(flags) {
    const { platform, projectFolder } = this;
    const { host } = platform;
    const engine = requireEngine(this);
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
