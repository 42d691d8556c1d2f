/**
 * QuickJS as a UEFI application, without a program: `bq2 efi-app-builder` adds that. There is no C library in it: musl's
 * mathematics and strings are compiled along, since its own objects use the red zone, which interrupts overwrite on firmware.
 */
import { ARCHES, type Arch, type ArchFacts } from "../../src/base/arch.ts";
import { dirname } from "../../src/base/path.ts";
import { type InsideAction, objectName } from "../../src/plan/action.ts";
import {
  OWN_NATIVE_SOURCE,
  type Package,
  type Place,
  releaseName,
  SOURCE_ROOT,
} from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { QUICKJS_SOURCES, QUICKJS_VERSION, quickjs } from "../quickjs/package.ts";
import { zlib } from "../zlib/package.ts";

/** This project's own, below `native/`. */
const OWN_FILES = ["digest", "efi/libc", "efi/runtime", "engine", "memory", "modules", "program", "sha256"];

/** Of zlib: what checks and unpacks the program's modules. */
const ZLIB_SOURCES = ["adler32", "crc32", "inffast", "inflate", "inftrees", "zutil"];

/** What QuickJS calls of musl, below `src/math/` and `src/string/`. */
const MATH_SOURCES = [
  ...["__cos", "__expo2", "__math_divzero", "__math_invalid", "__math_oflow", "__math_uflow", "__math_xflow"],
  ...["__rem_pio2", "__rem_pio2_large", "__sin", "__tan", "acos", "acosh", "asin", "asinh", "atan", "atan2"],
  ...["atanh", "cbrt", "ceil", "cos", "cosh", "exp", "exp_data", "expm1", "fabs", "floor", "fmax", "fmin"],
  ...["fmod", "hypot", "log", "log10", "log1p", "log2", "log2_data", "log_data", "lrint", "pow", "pow_data"],
  ...["rint", "round", "scalbn", "sin", "sinh", "sqrt", "sqrt_data", "tan", "tanh", "trunc"],
];
const STRING_SOURCES = [
  ...["memchr", "memcmp", "memcpy", "memmove", "memrchr", "memset", "strchr", "strchrnul", "strcmp"],
  ...["strlen", "strncmp", "strnlen", "strrchr"],
];

/** Code that runs anywhere in memory, at any interrupt, on no operating system. */
const FLAGS = [
  "-O2",
  "-std=gnu11",
  "-ffreestanding",
  "-fpie",
  "-fvisibility=hidden",
  "-fwrapv", // as in pkgs/quickjs
  "-fno-stack-protector",
  "-fno-asynchronous-unwind-tables",
  "-fno-tree-loop-distribute-patterns", // memset must not become a call of memset
  "-ffunction-sections", // so that the linker leaves out what nobody calls
  "-fdata-sections",
  "-D_GNU_SOURCE",
  `-ffile-prefix-map=${SOURCE_ROOT}=.`, // assertions name their source file
];

/** A static PIE whose segments are apart: `src/formats/pe/from-elf.ts` takes it. */
const LINK_FLAGS = [
  "-nostdlib",
  "-static",
  "-s",
  "-Wl,-pie,--no-dynamic-linker,-z,text",
  "-Wl,--entry=efi_main,--gc-sections",
  "-Wl,-z,separate-code,-z,norelro,-z,max-page-size=4096,-z,noexecstack",
  "-Wl,--build-id=none,--hash-style=sysv",
];

/** Where it is installed, below the prefix. */
export function efiRuntimeFile(arch: Arch): string {
  return `/lib/bq2/efi/runtime-${arch}`;
}

/** The architectures that are not `own`. */
export function foreignArches(own: Arch): readonly ArchFacts[] {
  return Object.values(ARCHES).filter(({ name }) => name !== own);
}

const common = {
  license: "MIT",
  version: QUICKJS_VERSION,
  ownSource: "bq2-native",
  extraSources: [quickjs, musl, zlib].flatMap(({ source }) => source ?? []),
  needs: [crossTools],
} as const;

export const efiRuntime: Package = {
  ...common,
  name: "efi-runtime",
  why: "runs TypeScript on bare firmware: the engine and one primitive, as a UEFI application",
  build: (place) => ({
    kind: "actions",
    why: WHY,
    actions: actionsFor(place, place.arch, `${place.arch.triple}-gcc`),
  }),
};

/** The same for other architectures, by the seed's compilers: for applications only, never part of an image. */
export const foreignEfiRuntime: Package = {
  ...common,
  name: "foreign-efi-runtime",
  why: "the same for machines of other architectures",
  build: (place) => ({
    kind: "actions",
    why: WHY,
    actions: foreignArches(place.arch.name).flatMap((arch) =>
      actionsFor(place, arch, `${arch.seedTriple}-gcc`),
    ),
  }),
};

const WHY = "sources of four projects, each compiled with flags of its own";

function actionsFor(place: Place, arch: ArchFacts, compiler: string): InsideAction[] {
  const [quickjsTree, muslTree, zlibTree] = [treeOf(quickjs), treeOf(musl), treeOf(zlib)];
  const workdir = `${place.workdir}/${arch.name}`;
  const headers = `${workdir}/include`;
  const flags = [...FLAGS, ...arch.efiFlags, "-isystem", headers];
  const objects: string[] = [];
  const compile = (more: readonly string[], sources: readonly string[]): InsideAction => {
    objects.push(...sources.map(objectName));
    return {
      kind: "compile",
      argv: [compiler, ...flags, ...more],
      sources: [...sources],
      folder: workdir,
      env: {},
    };
  };
  const muslFlags = [`arch/${arch.muslArch}`, "arch/generic", "src/include", "src/internal"].map(
    (folder) => `-I${muslTree}/${folder}`,
  );
  const output = `${place.destdir}${place.prefix}${efiRuntimeFile(arch.name)}`;
  return [
    { kind: "make-folder", path: workdir, mode: "0755" },
    installHeaders(workdir, muslTree, arch, headers),
    compile(muslFlags, [
      ...MATH_SOURCES.map((name) => `${muslTree}/src/math/${name}.c`),
      ...STRING_SOURCES.map((name) => `${muslTree}/src/string/${name}.c`),
    ]),
    compile(
      [`-DCONFIG_VERSION="${QUICKJS_VERSION}"`],
      QUICKJS_SOURCES.map((name) => `${quickjsTree}/${name}.c`),
    ),
    compile(
      [],
      ZLIB_SOURCES.map((name) => `${zlibTree}/${name}.c`),
    ),
    compile(
      ["-Wall", "-Wextra", "-isystem", quickjsTree, "-isystem", zlibTree],
      OWN_FILES.map((name) => `${OWN_NATIVE_SOURCE}/native/${name}.c`),
    ),
    { kind: "make-folder", path: dirname(output), mode: "0755" },
    { kind: "run", argv: [compiler, ...LINK_FLAGS, "-o", output, ...objects], cwd: workdir, env: {} },
  ];
}

function treeOf(pkg: Package): string {
  return `${SOURCE_ROOT}/${releaseName(pkg)}`;
}

/** musl's headers for `arch`, which its makefile writes without a configured tree. */
function installHeaders(workdir: string, tree: string, arch: ArchFacts, folder: string): InsideAction {
  const variables = [`srcdir=${tree}`, `ARCH=${arch.muslArch}`, `includedir=${folder}`, "install-headers"];
  return {
    kind: "run",
    argv: ["make", "-j{jobs}", "-f", `${tree}/Makefile`, ...variables],
    cwd: workdir,
    env: {},
  };
}
