/**
 * GCC's C++ library, built alone with the finished compiler: once for the toolchain, and once for the system.
 */
import { copy, makeFolder, run, runMake, symlink } from "../../src/recipe/inside-actions.ts";
import { type Package, releaseName } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
import { developmentHome } from "../toolchain.ts";
import { GCC_VERSION, gccSource } from "./source.ts";

export const libstdcxx: Package = {
  name: "libstdcxx",
  why: "the C++ library: GCC itself is written in C++",
  license: "GPL-3.0-or-later WITH GCC-exception-3.1",
  version: GCC_VERSION,
  source: gccSource,
  needs: [crossTools, musl, linuxHeaders],
  build(place) {
    const { triple } = place.arch;
    const home = developmentHome(place);
    const installed = `${place.workdir}/installed`;
    return {
      kind: "actions",
      why: "it is a part of GCC's source tree that has its own configure script",
      actions: [
        // GCC's own makefiles would put the header of the thread model there; without it the library has no
        // threads.
        symlink(`${place.source}/libgcc/gthr-default.h`, "gthr-posix.h"),
        makeFolder(place.workdir),
        run(place.workdir, [
          "sh",
          `../../src/${releaseName(gccSource)}/libstdc++-v3/configure`,
          `--prefix=${place.prefix}`,
          `--build=${place.arch.seedTriple}`, // differs from the host, so configure runs no test programs
          `--host=${triple}`,
          `--with-gxx-include-dir=${home}/include/c++/${GCC_VERSION}`,
          ...["multilib", "nls", "shared", "libstdcxx-pch", "libstdcxx-backtrace"].map(
            (part) => `--disable-${part}`,
          ),
          // The C driver, as in GCC's own makefiles: it links no C++ library, so what configure finds does
          // not depend on whether one exists already.
          `CXX=${triple}-gcc -nostdinc++`,
          "CFLAGS=-O2",
          "CXXFLAGS=-O2",
        ]),
        runMake(place.workdir, []),
        // The makefiles install into lib64, and also leave scripts there for libtool and a debugger. Only the
        // libraries and headers are copied from there.
        runMake(place.workdir, [`DESTDIR=${installed}`, "install"]),
        ...["libstdc++.a", "libsupc++.a"].map((name) =>
          copy(`${installed}${place.prefix}/lib64/${name}`, `${place.destdir}${home}/lib/${name}`),
        ),
        copy(`${installed}${home}/include/c++`, `${place.destdir}${home}/include/c++`),
      ],
    };
  },
};
