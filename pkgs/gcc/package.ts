/**
 * The compiler, C and C++: once on the seed as a cross compiler for the new system, once by that one for the system itself.
 * libstdc++ is a step of its own (`libstdcxx.ts`), since it wants the C library, which wants this compiler.
 */
import type { InsideAction } from "../../src/plan/action.ts";
import { type Package, type Place, releaseName, SOURCE_ROOT } from "../../src/recipe/package.ts";
import { binutils, crossBinutils } from "../binutils/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { STATIC_SEED_COMPILERS } from "../seed-compilers.ts";
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
      why: "Debian's archive has stubs for the manuals, which make would compare with the sources",
    },
  ],
} as const;

/** Built within GCC's own tree, which its makefiles know to do: nobody else uses them. */
const LIBRARIES = [gmpSource, mpfrSource, mpcSource];

/** Runs in the seed, and in any rootfs after it: statically linked. */
export const crossGcc: Package = {
  ...about,
  why: "compiles the new system, and behaves the same whoever compiled it",
  inPlaceOf: crossTools,
  extraSources: musl.source === undefined ? LIBRARIES : [...LIBRARIES, musl.source],
  needs: [crossBinutils],
  build(place) {
    const home = `${place.sysroot}/${place.arch.triple}`;
    const headers = `${place.workdir}/sysroot`;
    return {
      kind: "actions",
      why: WHY,
      actions: [
        ...prepare(place),
        // libgcc is built before there is a C library, but not without its headers.
        make(`${SOURCE_ROOT}/${releaseName(musl)}`, [
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
        make(place.workdir, [...WITHOUT_MANUALS, `DESTDIR=${place.destdir}`, "install-gcc", INSTALL_LIBGCC]),
        ...keepOut(place),
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
      why: "busybox's awk takes the backslash away, and with it all options of C++",
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
          // libgcc as a cross compiler has it by default; here it would be compiled like the compiler itself.
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
        // Told where the rule is: the one above it passes nothing on. By default `tar` would copy the headers.
        make(`${place.workdir}/gcc`, [
          ...WITHOUT_MANUALS,
          "INSTALL_HEADERS_DIR=install-headers-cp",
          `DESTDIR=${place.destdir}`,
          "install",
        ]),
        make(place.workdir, [...WITHOUT_MANUALS, `DESTDIR=${place.destdir}`, INSTALL_LIBGCC]),
        ...keepOut(place),
        { kind: "symlink", path: `${place.destdir}${place.prefix}/bin/cc`, target: "gcc" },
      ],
    };
  },
};

const WHY = "its libraries are built within its tree, and its archive comes without its manuals";

/** What the library of the compiler itself, and every other target library, is not. */
const LEFT_OUT = [
  ...["bootstrap", "multilib", "nls", "shared", "lto", "plugin", "analyzer", "gcov"],
  ...["libssp", "libquadmath", "libgomp", "libatomic", "libitm", "libvtv", "libsanitizer"],
  "fixincludes", // musl's headers need no correction, and the copies would hide them
];

/** Puts the libraries where GCC's makefiles look for them. */
function prepare(place: Place): InsideAction[] {
  return [
    ...LIBRARIES.map(
      (pin): InsideAction => ({
        kind: "symlink",
        path: `${place.source}/${pin.name}`,
        target: `${SOURCE_ROOT}/${releaseName(pin)}`,
      }),
    ),
    {
      // Debian's archive of GMP lacks the folder of its manual, which its makefile enters.
      kind: "write-file",
      path: `${SOURCE_ROOT}/${releaseName(gmpSource)}/doc/Makefile.in`,
      mode: "0644",
      text: "all check install:\n",
    },
    { kind: "make-folder", path: place.workdir, mode: "0755" },
  ];
}

interface Configuration {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

function compile(place: Place, { env, flags }: Configuration): InsideAction[] {
  const { triple } = place.arch;
  // By the environment, not as arguments: `gcc -v` shows those.
  const compilerFlags = { CFLAGS: "-O1", CXXFLAGS: "-O1", LDFLAGS: "-s" };
  return [
    {
      kind: "run",
      argv: [
        "sh",
        `../../src/${releaseName(gccSource)}/configure`, // relative: assertions name their source file, `gcc -v` this one
        `--prefix=${place.prefix}`,
        `--target=${triple}`,
        ...flags,
        "--enable-languages=c,c++",
        "--with-specs=%{!shared:%{!static-pie:-static}}", // there are no shared libraries in this system
        "--without-zstd",
        ...LEFT_OUT.map((part) => `--disable-${part}`),
      ],
      cwd: place.workdir,
      env: { ...env, ...compilerFlags },
    },
    make(place.workdir, [...WITHOUT_MANUALS, "all-gcc", "all-target-libgcc"]),
  ];
}

/** Manuals; what would correct headers later; and what a debugger would want to know of libgcc: the folder that it was built in. */
function keepOut({ arch, destdir, prefix }: Place): InsideAction[] {
  const version = `gcc/${arch.triple}/${GCC_VERSION}`;
  const remove = ["share", `lib/${version}/install-tools`, `libexec/${version}/install-tools`].map(
    (folder): InsideAction => ({ kind: "remove", path: `${destdir}${prefix}/${folder}` }),
  );
  const strip = [`${arch.triple}-strip`, "--strip-debug", "--enable-deterministic-archives", "libgcc.a"];
  return [...remove, { kind: "run", argv: strip, cwd: `${destdir}${prefix}/lib/${version}`, env: {} }];
}

const INSTALL_LIBGCC = "install-target-libgcc";

/** No program that makes manuals is looked for. */
const WITHOUT_MANUALS = ["MAKEINFO=true"];

function make(cwd: string, args: readonly string[]): InsideAction {
  return { kind: "run", argv: ["make", "-j{jobs}", ...args], cwd, env: {} };
}
