import { buildCommand, type Command } from "@stricli/core";
import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { dirname, isWithin, resolvePath } from "../base/path.ts";
import { requirePrograms } from "../platform/foreign-programs.ts";
import type { CompileModule } from "../program/build.ts";
import type { Compiler } from "../program/compiler.ts";
import { buildEfiApp } from "../program/efi-app.ts";
import { loadPlan } from "../runner/context/documents.ts";
import { workspaceAt } from "../runner/context/workspace.ts";
import { GLOBAL_TYPES } from "../script/global-types.ts";
import { BRIEFS } from "./briefs.ts";
import type { Bq2Context } from "./context.ts";
import { parseArch, workdirFlag } from "./flags.ts";

export interface EfiAppFlags {
  readonly input: string;
  readonly output: string;
  readonly arch?: Arch;
  readonly runtime?: string;
  readonly keepObject: boolean;
  readonly workdir: string;
}

/** What an application is made with, beside the program itself. */
export interface EfiKit {
  readonly compile: CompileModule;
  loadCompiler(): Promise<Compiler>;
  /** Folder of the bindings' sources, and of JavaScript's own declarations. */
  readonly bindings: string;
  readonly library: string;
  /** Path of the runtime of an architecture. */
  runtime(arch: Arch): string;
}

/** The command; `make` does the work, here or by another program. */
export function efiAppBuilderCommand(
  make: (context: Bq2Context, flags: EfiAppFlags) => Promise<void>,
): Command<Bq2Context> {
  return buildCommand<EfiAppFlags, [], Bq2Context>({
    docs: {
      brief: BRIEFS["efi-app-builder"],
      fullDescription:
        "Checks the program's types, makes bytecode of its modules, and puts it behind the runtime of the\n" +
        'architecture. Bindings of the firmware are imported from "efi" (docs/efi.md). The same sources give the\n' +
        "same bytes in any folder.",
    },
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
          brief: "Keep what the application is made of: FILE.efi.runtime and FILE.efi.program",
        },
        workdir: { ...workdirFlag, brief: "Workspace whose rootfs has the compiler and the runtimes" },
      },
    },
    func(flags) {
      return make(this, flags);
    },
  });
}

/** On an engine that makes bytecode itself. */
export async function makeEfiApp(context: Bq2Context, flags: EfiAppFlags, kit: EfiKit): Promise<void> {
  const { platform } = context;
  const { cwd, arch: hostArch } = platform.host;
  const arch = flags.arch ?? hostArch;
  const input = resolvePath(cwd, flags.input);
  const output = resolvePath(cwd, flags.output);
  const { moduleCount, size } = await buildEfiApp(platform, await kit.loadCompiler(), kit.compile, {
    input,
    output,
    root: isWithin(input, cwd) ? cwd : dirname(input),
    arch,
    runtime: flags.runtime === undefined ? kit.runtime(arch) : resolvePath(cwd, flags.runtime),
    bindings: kit.bindings,
    library: kit.library,
    globals: GLOBAL_TYPES,
    keepObjects: flags.keepObject,
  });
  context.process.stdout.write(`Wrote ${output} (${arch}, ${moduleCount} modules, ${size} bytes)\n`);
}

/** On Node, which makes no bytecode: the program that the plan built does the same work, from its own rootfs. */
export async function makeByBuiltProgram(context: Bq2Context, flags: EfiAppFlags): Promise<void> {
  const { files, host, processes } = context.platform;
  const workspace = workspaceAt(context.platform, flags.workdir);
  const program = `${workspace.bq2Rootfs}/usr/bin/bq2`;
  if (files.statusFollowed(program) === undefined) {
    throw new Bq2Error(`Cannot make bytecode: there is no ${program}`, {
      code: "need-missing",
      hint: "bq2 sysroot builds it; for both architectures: see docs/efi.md, profile efi",
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
