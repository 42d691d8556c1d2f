/**
 * Makes a UEFI application from a TypeScript program: checks its types, compiles its modules to bytecode and
 * adds that to the runtime's PE image as a section. No machine code is generated.
 */
import type { Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { basename, dirname, isWithin } from "../base/path.ts";
import { readStaticPie } from "../formats/elf.ts";
import { peFromElf } from "../formats/pe/from-elf.ts";
import { addPeSections } from "../formats/pe/sections.ts";
import { encodeProgram } from "../formats/program.ts";
import { contentOf } from "../formats/tree.ts";
import { makeFolders, readText, writeFileAtomic } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import type { CompileModule } from "./build.ts";
import { collectModules } from "./collect.ts";
import { COMPILER_MODULES, type Compiler } from "./compiler.ts";
import { typeCheck } from "./type-check.ts";

export interface EfiAppRequest {
  /** Absolute paths. */
  readonly input: string;
  readonly output: string;
  /**
   * Modules are named by their paths from here, so that the same program gives the same bytes in any folder.
   */
  readonly root: string;
  readonly arch: Arch;
  /** The runtime for that architecture, as the plan links it: an ELF file. */
  readonly runtime: string;
  /** Folder of the bindings' sources: `efi/` and everything it imports. */
  readonly bindings: string;
  /** Folder of JavaScript's own declarations. */
  readonly library: string;
  /** Declarations of console, timers and the like. */
  readonly globals: string;
  /** Also writes the output's two parts, the runtime and the program, beside it. */
  readonly keepObjects: boolean;
}

export interface EfiApp {
  readonly moduleCount: number;
  readonly programSize: number;
  readonly size: number;
}

/** The section that the runtime looks for (`native/efi/runtime.c`). */
const PROGRAM_SECTION = ".bq2";

/** The name by which programs import the bindings, and the names of its modules. */
const BINDINGS = "efi";
const BINDINGS_PREFIX = ".bq2/src/";
const START_MODULE = `${BINDINGS_PREFIX}efi/start.ts`;

/** Bytes of one source file. Nobody writes more. */
const SOURCE_LIMIT = 4 * 2 ** 20;

/**
 * @throws Bq2Error `type-errors`, `source-too-large`, `no-module`, `not-erasable`; `bad-elf` and `wrong-arch`
 * for the runtime.
 */
export async function buildEfiApp(
  platform: Platform,
  compiler: Compiler,
  compile: CompileModule,
  request: EfiAppRequest,
): Promise<EfiApp> {
  const { files, bulk } = platform;
  const runtime = runtimeOf(platform, request);
  const entry = moduleOf(request, request.input);
  checkSize(platform, request.input);
  checkTypes(platform, compiler, request);
  const sources = collectModules(
    {
      read(name) {
        const path = pathOf(request, name);
        checkSize(platform, path);
        return readText(files, path);
      },
      blank: compiler.blank,
      importsOf: compiler.importsOf,
      packageEntry(name) {
        if (name === BINDINGS) return `${BINDINGS_PREFIX}efi/index.ts`;
        throw new Bq2Error(`Cannot import "${name}": a UEFI application has no packages`, {
          code: "no-module",
          hint: `import files by their paths, with .ts, and the bindings as "${BINDINGS}"`,
        });
      },
    },
    [START_MODULE, entry],
    { main: true, external: COMPILER_MODULES },
  );
  const modules = sources.map(({ name, javaScript }) => ({
    name,
    code: new Uint8Array(compile(javaScript, name)),
  }));
  const program = await encodeProgram(modules, bulk);
  const image = withProgram(runtime, program);
  makeFolders(files, dirname(request.output));
  if (request.keepObjects) {
    writeFileAtomic(files, `${request.output}.runtime`, runtime);
    writeFileAtomic(files, `${request.output}.program`, program);
  }
  writeFileAtomic(files, request.output, image);
  return { moduleCount: modules.length, programSize: program.length, size: image.length };
}

function runtimeOf({ files }: Platform, { runtime, arch }: EfiAppRequest): Uint8Array {
  const elf = files.readFile(runtime);
  const found = readStaticPie(elf).arch;
  if (found === arch) return peFromElf(elf);
  throw new Bq2Error(`Cannot use the runtime ${runtime}: it is for ${found}, wanted ${arch}`, {
    code: "wrong-arch",
  });
}

function withProgram(runtime: Uint8Array, program: Uint8Array): Uint8Array {
  const image = addPeSections(runtime, [{ name: PROGRAM_SECTION, content: contentOf(program) }]);
  const bytes = new Uint8Array(image.size);
  image.read(bytes, 0, bytes.length, 0);
  return bytes;
}

/**
 * The bindings' own applications (the boot loader) import them by path, and a module must have only one name.
 */
function moduleOf({ root, bindings }: EfiAppRequest, path: string): string {
  return isWithin(path, bindings)
    ? `${BINDINGS_PREFIX}${path.slice(bindings.length + 1)}`
    : path.slice(root.length).replace(/^\//, "");
}

function pathOf({ root, bindings }: EfiAppRequest, name: string): string {
  return name.startsWith(BINDINGS_PREFIX)
    ? `${bindings}/${name.slice(BINDINGS_PREFIX.length)}`
    : `${root}/${name}`;
}

function checkTypes({ files }: Platform, compiler: Compiler, request: EfiAppRequest): void {
  const { bindings, library, globals, input } = request;
  const target = { files: [input] };
  const { problems } = typeCheck(files, compiler, target, {
    library,
    modules: { [BINDINGS]: { file: `${bindings}/efi/index.ts`, folder: bindings } },
    globals: `${globals}\n${readText(files, `${bindings}/efi/firmware.d.ts`)}`,
  });
  const MOST_SHOWN = 20;
  if (problems.length === 0) return;
  const more = problems.length > MOST_SHOWN ? `\n… ${problems.length - MOST_SHOWN} more` : "";
  const count = `${problems.length} ${problems.length === 1 ? "problem" : "problems"}`;
  throw new Bq2Error(
    `Cannot build ${basename(input)}: ${count}\n${problems.slice(0, MOST_SHOWN).join("\n")}${more}`,
    { code: "type-errors" },
  );
}

function checkSize({ files }: Platform, path: string): void {
  const size = files.statusFollowed(path)?.size ?? 0;
  if (size <= SOURCE_LIMIT) return;
  throw new Bq2Error(`Cannot read ${path}: it has ${size} bytes, the limit is ${SOURCE_LIMIT}`, {
    code: "source-too-large",
    hint: "put data into a separate file that the program reads",
  });
}
