import type { InsideAction } from "../../src/plan/action.ts";
import { copy, writeFile } from "../../src/recipe/inside-actions.ts";
import { type Package, SOURCE_ROOT } from "../../src/recipe/package.ts";
import { programFromList } from "../compile-list.ts";
import { crossTools } from "../cross-tools/package.ts";
import { musl } from "../musl/package.ts";
import { debian, pin } from "../pin.ts";
import { withoutPath } from "../toolchain.ts";

/**
 * In src/, without support for other systems, Guile and loadable objects (without MAKE_LOAD, `load.c` is just
 * a message).
 */
const SOURCES = [
  ...["ar", "arscan", "commands", "default", "dir", "expand", "file", "function", "getopt", "getopt1"],
  ...["guile", "hash", "implicit", "job", "load", "loadapi", "main", "misc", "output", "posixos", "read"],
  ...["remake", "remote-stub", "rule", "shuffle", "signame", "strcache", "variable", "version", "vpath"],
];

/** In lib/: make wants GNU's `glob`, of which musl has only a part. */
const LIBRARY_SOURCES = ["concat-filename", "findprog-in", "fnmatch", "glob"];

/** What make's configure finds on Linux with musl, as far as the sources use it. */
const FOUND = [
  ...["ALLOCA", "ALLOCA_H", "ATEXIT", "CLOCK_GETTIME", "DIRENT_H", "DUP", "DUP2", "FCNTL_H", "FDOPEN"],
  ...["FORK", "GETCWD", "GETGROUPS", "GETRLIMIT", "GETTIMEOFDAY", "INTTYPES_H", "ISATTY", "LIMITS_H"],
  ...["LOCALE_H", "LSTAT", "MEMORY_H", "MEMPCPY", "MEMRCHR", "MKFIFO", "MKSTEMP", "MKTEMP", "PIPE"],
  ...["POSIX_SPAWN", "POSIX_SPAWNATTR_SETSIGMASK", "PSELECT", "READLINK", "REALPATH", "SA_RESTART"],
  ...["SETEGID", "SETEUID", "SETLINEBUF", "SETREGID", "SETREUID", "SETRLIMIT", "SETVBUF", "SIGACTION"],
  ...["SIG_ATOMIC_T", "SPAWN_H", "STDBOOL_H", "STDINT_H", "STDIO_H", "STDLIB_H", "STPCPY", "STRCASECMP"],
  ...["STRCOLL", "STRDUP", "STRERROR", "STRINGS_H", "STRING_H", "STRNCASECMP", "STRNDUP", "STRSIGNAL"],
  ...["STRTOLL", "STRUCT_DIRENT_D_TYPE", "SYS_FILE_H", "SYS_PARAM_H", "SYS_RESOURCE_H", "SYS_SELECT_H"],
  ...["SYS_STAT_H", "SYS_TIME_H", "SYS_TYPES_H", "SYS_WAIT_H", "TTYNAME", "UMASK", "UNISTD_H", "VFORK"],
  ...["WAIT3", "WAITPID", "WCHAR_H", "WORKING_FORK", "WORKING_VFORK"],
  ...["INTMAX_T", "LONG_LONG_INT", "UINTMAX_T", "UNSIGNED_LONG_LONG_INT"],
].map((name) => `HAVE_${name}`);

const source = pin("make", "4.4.1", (version) => ({
  file: `make-${version}.tar.xz`,
  sha256: "3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe",
  size: 1125180,
  origins: [debian(`main/m/make-dfsg/make-dfsg_${version}.orig.tar.xz`)],
}));

export const make: Package = {
  name: "make",
  why: "builds every upstream package that is not compiled from a list of files",
  license: "GPL-3.0-or-later",
  version: source.version,
  source,
  needs: [crossTools, musl],
  build(place) {
    const header = (name: string): InsideAction =>
      copy(`${place.source}/lib/${name}.in.h`, `${place.workdir}/${name}.h`);
    return programFromList(place, {
      file: `${place.destdir}${place.prefix}/bin/make`,
      flags: [
        "-O2",
        "-DHAVE_CONFIG_H",
        ...[place.workdir, `${place.source}/src`, `${place.source}/lib`].map((folder) => `-I${folder}`),
        '-DLIBDIR="/usr/lib"',
        '-DINCLUDEDIR="/usr/include"',
        '-DLOCALEDIR="/usr/share/locale"',
        withoutPath(SOURCE_ROOT),
      ],
      sources: [...SOURCES.map((name) => `src/${name}.c`), ...LIBRARY_SOURCES.map((name) => `lib/${name}.c`)],
      prepare: [
        writeFile(`${place.workdir}/config.h`, config(place.arch.triple)),
        header("fnmatch"),
        header("glob"),
      ],
    });
  },
};

/**
 * The header that configure would write. Upstream's template comes first, because it also defines macros;
 * then come the values that configure would fill in.
 */
function config(triple: string): string {
  const values: readonly (readonly [name: string, value: string])[] = [
    ["_GNU_SOURCE", "1"],
    ["PACKAGE", '"make"'],
    ["PACKAGE_NAME", '"GNU Make"'],
    ["PACKAGE_TARNAME", '"make"'],
    ["PACKAGE_BUGREPORT", '"bug-make@gnu.org"'],
    ["PACKAGE_URL", '"https://www.gnu.org/software/make/"'],
    ["PACKAGE_VERSION", `"${source.version}"`],
    ["VERSION", `"${source.version}"`],
    ["MAKE_HOST", `"${triple}"`],
    ["MAKE_CXX", '"g++"'],
    ["SCCS_GET", '"get"'],
    ["PATH_SEPARATOR_CHAR", "':'"],
    ["ST_MTIM_NSEC", "st_mtim.tv_nsec"],
    ...["FILE_TIMESTAMP_HI_RES", "MAKE_JOBSERVER", "MAKE_SYMLINKS", "USE_POSIX_SPAWN"].map(yes),
    ...["HAVE_DECL_GETLOADAVG", "HAVE_DECL_BSD_SIGNAL", ...FOUND].map(yes),
    // musl has strsignal, but no list of signal names.
    ...["SYS_SIGLIST", "_SYS_SIGLIST", "__SYS_SIGLIST"].map((name) => [`HAVE_DECL_${name}`, "0"] as const),
  ];
  const includes = ["<stdbool.h>", '"config.h.in"'].map((name) => `#include ${name}\n`);
  return [...includes, ...values.map(([name, value]) => `#define ${name} ${value}\n`)].join("");
}

function yes(name: string): readonly [string, string] {
  return [name, "1"];
}
