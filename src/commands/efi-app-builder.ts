import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { dirname, isWithin, resolvePath } from "../base/path.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Bq2Context, CompilingEngine } from "../command-line/context.ts";
import { parseArch, workdirFlag } from "../command-line/flags.ts";
import { requirePrograms } from "../platform/foreign-programs.ts";
import { buildEfiApp } from "../program/efi-app.ts";
import { loadPlan } from "../runner/context/documents.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { GLOBAL_TYPES } from "../script/global-types.ts";

interface EfiAppFlags {
  readonly input: string;
  readonly output: string;
  readonly arch?: Arch;
  readonly runtime?: string;
  readonly keepObject: boolean;
  readonly workdir?: string;
}

export const command = defineCommand<EfiAppFlags>({
  description:
    "Checks the program's types, compiles its modules to bytecode, and appends them to the runtime of the\n" +
    'architecture. Programs import the bindings of the firmware from "efi" (docs/efi.md). The same\n' +
    "sources give the same bytes in any folder.",
  parameters: {
    flags: {
      input: { kind: "parsed", parse: String, brief: "The program", placeholder: "FILE.ts" },
      output: { kind: "parsed", parse: String, brief: "The application", placeholder: "FILE.efi" },
      arch: {
        kind: "parsed",
        parse: parseArch,
        optional: true,
        brief: `${ARCH_NAMES.join(" or ")} (default: the host's)`,
        placeholder: "ARCH",
      },
      runtime: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Runtime of that architecture (default: the one that was built)",
        placeholder: "FILE",
      },
      keepObject: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Keep the application's two parts: FILE.efi.runtime and FILE.efi.program",
      },
      workdir: { ...workdirFlag, brief: "Workspace whose rootfs has the compiler and the runtimes" },
    },
  },
  func(flags) {
    const { engine } = this;
    return engine === undefined ? makeByBuiltProgram(this, flags) : makeEfiApp(this, flags, engine);
  },
});

/** On an engine that makes bytecode itself. */
async function makeEfiApp(context: Bq2Context, flags: EfiAppFlags, engine: CompilingEngine): Promise<void> {
  const { platform } = context;
  const { cwd, arch: hostArch } = platform.host;
  const arch = flags.arch ?? hostArch;
  const input = resolvePath(cwd, flags.input);
  const output = resolvePath(cwd, flags.output);
  const { moduleCount, size } = await buildEfiApp(platform, await engine.loadCompiler(), engine.compile, {
    input,
    output,
    root: isWithin(input, cwd) ? cwd : dirname(input),
    arch,
    runtime: flags.runtime === undefined ? engine.efiRuntime(arch) : resolvePath(cwd, flags.runtime),
    bindings: engine.efiBindings,
    library: engine.library,
    globals: GLOBAL_TYPES,
    keepObjects: flags.keepObject,
  });
  context.process.stdout.write(`Wrote ${output} (${arch}, ${moduleCount} modules, ${size} bytes)\n`);
}

/** On Node, which makes no bytecode: the program of the built rootfs does the work. */
async function makeByBuiltProgram(context: Bq2Context, flags: EfiAppFlags): Promise<void> {
  const { files, host, processes } = context.platform;
  const workspace = workspaceAt(context.platform, flags.workdir);
  const program = `${workspace.bq2Rootfs}/usr/bin/bq2`;
  if (files.statusFollowed(program) === undefined) {
    throw new Bq2Error(`Cannot make bytecode: ${program} does not exist`, {
      code: "need-missing",
      hint: "build it with bq2 sysroot; docs/efi.md (profile efi) describes the build for both architectures",
    });
  }
  const arch = loadPlan(context.platform, workspace)?.arch ?? host.arch;
  requirePrograms(context.platform, arch, `${program} (${arch})`);
  const child = await processes.spawn({
    argv: [program, "efi-app-builder", ...wordsOf(flags)],
    cwd: host.cwd,
    env: host.env,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  const { code = 1 } = await child.wait();
  context.setExitCode(code);
}

function wordsOf({ input, output, arch, runtime, keepObject }: EfiAppFlags): string[] {
  return [
    ...["--input", input],
    ...["--output", output],
    ...(arch === undefined ? [] : ["--arch", arch]),
    ...(runtime === undefined ? [] : ["--runtime", runtime]),
    ...(keepObject ? ["--keep-object"] : []),
  ];
}
