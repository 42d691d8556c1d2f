/**
 * QuickJS as a UEFI application that has no program yet: `bq2 efi-app-builder` adds one. It contains no C
 * library. musl's mathematical and string functions are compiled again instead, because musl's own objects
 * use the red zone, which interrupts overwrite on firmware.
 */
import { ARCHES, type Arch, type ArchFacts } from "../../src/base/arch.ts";
import { dirname } from "../../src/base/path.ts";
import { type InsideAction, objectName } from "../../src/plan/action.ts";
import type { Pin } from "../../src/plan/source.ts";
import { makeFolder, run, runMake } from "../../src/recipe/inside-actions.ts";
import {
  OWN_NATIVE_SOURCE,
  type Package,
  type Place,
  releaseName,
  SOURCE_ROOT,
} from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { muslSource } from "../musl/package.ts";
import { QUICKJS_SOURCES, quickjsSource } from "../quickjs/package.ts";
import { withoutPath } from "../toolchain.ts";
import { zlibSource } from "../zlib/package.ts";

/** This project's own sources, below `native/`. */
const OWN_FILES = ["digest", "efi/libc", "efi/runtime", "engine", "memory", "modules", "program", "sha256"];

/** The parts of zlib that check and unpack the program's modules. */
const ZLIB_SOURCES = ["adler32", "crc32", "inffast", "inflate", "inftrees", "zutil"];

/** The parts of musl that QuickJS calls, below `src/math/` and `src/string/`. */
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

/** For code that runs at any address, may be interrupted at any time, and has no operating system. */
const FLAGS = [
  "-O2",
  "-std=gnu11",
  "-ffreestanding",
  "-fpie",
  "-fvisibility=hidden",
  "-fwrapv", // as in pkgs/quickjs
  "-fno-stack-protector",
  "-fno-asynchronous-unwind-tables",
  "-fno-tree-loop-distribute-patterns", // or GCC would compile memset into a call of memset
  "-ffunction-sections", // lets the linker drop functions that are never called
  "-fdata-sections",
  "-D_GNU_SOURCE",
  withoutPath(SOURCE_ROOT),
];

/** For a static PIE with separate segments, as `src/formats/pe/from-elf.ts` needs it. */
const LINK_FLAGS = [
  "-nostdlib",
  "-static",
  "-s",
  "-Wl,-pie,--no-dynamic-linker,-z,text",
  "-Wl,--entry=efi_main,--gc-sections",
  "-Wl,-z,separate-code,-z,norelro,-z,max-page-size=4096,-z,noexecstack",
  "-Wl,--build-id=none,--hash-style=sysv",
];

/** The installed runtime, below the prefix. */
export function efiRuntimeFile(arch: Arch): string {
  return `/lib/bq2/efi/runtime-${arch}`;
}

/** All architectures except `own`. */
export function foreignArches(own: Arch): readonly ArchFacts[] {
  return Object.values(ARCHES).filter(({ name }) => name !== own);
}

const common = {
  license: "MIT",
  version: quickjsSource.version,
  ownSource: "bq2-native",
  extraSources: [quickjsSource, muslSource, zlibSource],
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

/**
 * The same for the other architectures, compiled with the seed's compilers. Applications use it; no image
 * contains it.
 */
export const foreignEfiRuntime: Package = {
  ...common,
  name: "foreign-efi-runtime",
  why: "runs TypeScript on the firmware of the other architectures",
  build: (place) => ({
    kind: "actions",
    why: WHY,
    actions: foreignArches(place.arch.name).flatMap((arch) =>
      actionsFor(place, arch, `${arch.seedTriple}-gcc`),
    ),
  }),
};

const WHY = "it is compiled from the sources of four projects, each with its own flags";

function actionsFor(place: Place, arch: ArchFacts, compiler: string): InsideAction[] {
  const [quickjsTree, muslTree, zlibTree] = [treeOf(quickjsSource), treeOf(muslSource), treeOf(zlibSource)];
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
    makeFolder(workdir),
    installHeaders(workdir, muslTree, arch, headers),
    compile(muslFlags, [
      ...MATH_SOURCES.map((name) => `${muslTree}/src/math/${name}.c`),
      ...STRING_SOURCES.map((name) => `${muslTree}/src/string/${name}.c`),
    ]),
    compile(
      [`-DCONFIG_VERSION="${quickjsSource.version}"`],
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
    makeFolder(dirname(output)),
    run(workdir, [compiler, ...LINK_FLAGS, "-o", output, ...objects]),
  ];
}

function treeOf(source: Pin): string {
  return `${SOURCE_ROOT}/${releaseName(source)}`;
}

/** Installs musl's headers for `arch`. The makefile does that without a configured tree. */
function installHeaders(workdir: string, tree: string, arch: ArchFacts, folder: string): InsideAction {
  const variables = [`srcdir=${tree}`, `ARCH=${arch.muslArch}`, `includedir=${folder}`, "install-headers"];
  return runMake(workdir, ["-f", `${tree}/Makefile`, ...variables]);
}
