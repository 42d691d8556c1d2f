/**
 * The compiler for C and C++. It is built twice: in the seed, as a cross compiler for the new system, and
 * then with that cross compiler, for the system itself. libstdc++ is its own step (`libstdcxx.ts`), because
 * it needs the C library, which needs this compiler.
 */
import type { InsideAction } from "../../src/plan/action.ts";
import { makeFolder, remove, run, runMake, symlink, writeFile } from "../../src/recipe/inside-actions.ts";
import { type Package, type Place, releaseName, SOURCE_ROOT } from "../../src/recipe/package.ts";
import { binutils, crossBinutils } from "../binutils/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl, muslSource } from "../musl/package.ts";
import { STATIC_SEED_COMPILERS } from "../toolchain.ts";
import { GCC_VERSION, gccSource, gmpSource, mpcSource, mpfrSource } from "./source.ts";

const about = {
  name: "gcc",
  license: "GPL-3.0-or-later WITH GCC-exception-3.1",
  version: GCC_VERSION,
  source: gccSource,
  patches: [
    {
      file: "pkgs/gcc/0001-build-without-manuals-and-self-tests.patch",
      sha256: "af6732d7657546001c64edd42fb015424805b77b3b7dab28319d055ae07774ce",
      why: "Debian's archive has only stubs of manuals, and a rule that compares one with the sources fails",
    },
  ],
} as const;

/** GCC's makefiles build these within GCC's tree. No other package uses them. */
const LIBRARIES = [gmpSource, mpfrSource, mpcSource];

/** Statically linked: it runs in the seed and in any rootfs that comes after it. */
export const crossGcc: Package = {
  ...about,
  why: "compiles the new system, and behaves the same whichever compiler built it",
  inPlaceOf: crossTools,
  extraSources: [...LIBRARIES, muslSource],
  needs: [crossBinutils],
  build(place) {
    const home = `${place.sysroot}/${place.arch.triple}`;
    const headers = `${place.workdir}/sysroot`;
    return {
      kind: "actions",
      why: WHY,
      actions: [
        ...prepare(place),
        // libgcc is built before the C library, but it needs the library's headers.
        runMake(`${SOURCE_ROOT}/${releaseName(muslSource)}`, [
          `ARCH=${place.arch.muslArch}`,
          "prefix=",
          `DESTDIR=${headers}`,
          "install-headers",
        ]),
        ...compile(place, {
          env: STATIC_SEED_COMPILERS,
          flags: [
            `--build=${place.arch.seedTriple}`,
            `--with-sysroot=${home}`,
            `--with-build-sysroot=${headers}`,
            "--with-native-system-header-dir=/include",
            `--with-gxx-include-dir=${home}/include/c++/${GCC_VERSION}`,
          ],
        }),
        runMake(place.workdir, [
          ...WITHOUT_MANUALS,
          `DESTDIR=${place.destdir}`,
          "install-gcc",
          INSTALL_LIBGCC,
        ]),
        ...cleanUp(place),
      ],
    };
  },
};

export const gcc: Package = {
  ...about,
  patches: [
    ...about.patches,
    {
      file: "pkgs/gcc/0002-name-languages-without-a-backslash.patch",
      sha256: "ccc4a94587a0253bde1e95ea8979e8b25de573785c6e310f44a48456e67d81b9",
      why: "busybox's awk removes the backslash, and all options of C++ are lost with it",
    },
  ],
  why: "compiles C and C++: the kernel, every program, and itself",
  extraSources: LIBRARIES,
  needs: [crossTools, musl, binutils],
  build(place) {
    const { triple } = place.arch;
    return {
      kind: "actions",
      why: WHY,
      actions: [
        ...prepare(place),
        ...compile(place, {
          // The flags that a cross compiler's libgcc gets by default. A native one's would get the compiler's
          // own.
          env: {
            CC: `${triple}-gcc`,
            CXX: `${triple}-g++`,
            CFLAGS_FOR_TARGET: "-O2",
            CXXFLAGS_FOR_TARGET: "-O2",
          },
          flags: [
            `--build=${triple}`,
            `--host=${triple}`,
            `--with-gxx-include-dir=${place.prefix}/include/c++/${GCC_VERSION}`,
          ],
        }),
        // INSTALL_HEADERS_DIR avoids `tar`, which copies the headers by default. It works only in this
        // folder, because the makefile above does not pass it on.
        runMake(`${place.workdir}/gcc`, [
          ...WITHOUT_MANUALS,
          "INSTALL_HEADERS_DIR=install-headers-cp",
          `DESTDIR=${place.destdir}`,
          "install",
        ]),
        runMake(place.workdir, [...WITHOUT_MANUALS, `DESTDIR=${place.destdir}`, INSTALL_LIBGCC]),
        ...cleanUp(place),
        symlink(`${place.destdir}${place.prefix}/bin/cc`, "gcc"),
      ],
    };
  },
};

const WHY = "it is built together with its libraries, and its archive lacks the manuals";

/** Features and libraries that are not built. */
const LEFT_OUT = [
  ...["bootstrap", "multilib", "nls", "shared", "lto", "plugin", "analyzer", "gcov"],
  ...["libssp", "libquadmath", "libgomp", "libatomic", "libitm", "libvtv", "libsanitizer"],
  "fixincludes", // musl's headers need no corrections, and the corrected copies would hide them
];

/** Puts the libraries where GCC's makefiles look for them. */
function prepare(place: Place): InsideAction[] {
  return [
    ...LIBRARIES.map((pin) => symlink(`${place.source}/${pin.name}`, `${SOURCE_ROOT}/${releaseName(pin)}`)),
    // Debian's archive of GMP lacks the folder of the manual, but the makefile enters it.
    writeFile(`${SOURCE_ROOT}/${releaseName(gmpSource)}/doc/Makefile.in`, "all check install:\n"),
    makeFolder(place.workdir),
  ];
}

interface Configuration {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

function compile(place: Place, { env, flags }: Configuration): InsideAction[] {
  const { triple } = place.arch;
  // In the environment and not as arguments of configure, because `gcc -v` prints those.
  const compilerFlags = { CFLAGS: "-O1", CXXFLAGS: "-O1", LDFLAGS: "-s" };
  return [
    run(
      place.workdir,
      [
        "sh",
        // A relative path: assertions name their source file below it, and `gcc -v` prints it.
        `../../src/${releaseName(gccSource)}/configure`,
        `--prefix=${place.prefix}`,
        `--target=${triple}`,
        ...flags,
        "--enable-languages=c,c++",
        "--with-specs=%{!shared:%{!static-pie:-static}}", // this system has no shared libraries
        "--without-zstd",
        ...LEFT_OUT.map((part) => `--disable-${part}`),
      ],
      { ...env, ...compilerFlags },
    ),
    runMake(place.workdir, [...WITHOUT_MANUALS, "all-gcc", "all-target-libgcc"]),
  ];
}

/**
 * Removes the manuals and the tools that correct headers, and strips libgcc's debugging information, which
 * names the folder that it was built in.
 */
function cleanUp({ arch, destdir, prefix }: Place): InsideAction[] {
  const version = `gcc/${arch.triple}/${GCC_VERSION}`;
  const folders = ["share", `lib/${version}/install-tools`, `libexec/${version}/install-tools`];
  const strip = [`${arch.triple}-strip`, "--strip-debug", "--enable-deterministic-archives", "libgcc.a"];
  return [
    ...folders.map((folder) => remove(`${destdir}${prefix}/${folder}`)),
    run(`${destdir}${prefix}/lib/${version}`, strip),
  ];
}

const INSTALL_LIBGCC = "install-target-libgcc";

/** Keeps make from looking for the program that builds manuals. */
const WITHOUT_MANUALS = ["MAKEINFO=true"];
