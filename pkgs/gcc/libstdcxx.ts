/** GCC's C++ library, built on its own by the compiler that is there: once for the toolchain, once for the system. */
import type { InsideAction } from "../../src/plan/action.ts";
import { type Package, releaseName } from "../../src/recipe/package.ts";
import { copy } from "../copy.ts";
import { crossTools } from "../cross-tools/package.ts";
import { developmentHome } from "../development-home.ts";
import { linuxHeaders } from "../linux-headers/package.ts";
import { musl } from "../musl/package.ts";
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
    const make = (...args: readonly string[]): InsideAction => ({
      kind: "run",
      argv: ["make", "-j{jobs}", ...args],
      cwd: place.workdir,
      env: {},
    });
    return {
      kind: "actions",
      why: "it is a part of GCC's tree with a configure script of its own",
      actions: [
        // GCC's own makefiles would put the file of its thread model there; without it the library has no threads.
        { kind: "symlink", path: `${place.source}/libgcc/gthr-default.h`, target: "gthr-posix.h" },
        { kind: "make-folder", path: place.workdir, mode: "0755" },
        {
          kind: "run",
          argv: [
            "sh",
            `../../src/${releaseName(gccSource)}/libstdc++-v3/configure`,
            `--prefix=${place.prefix}`,
            `--build=${place.arch.seedTriple}`, // unlike the host: it then runs no test programs
            `--host=${triple}`,
            `--with-gxx-include-dir=${home}/include/c++/${GCC_VERSION}`,
            ...["multilib", "nls", "shared", "libstdcxx-pch", "libstdcxx-backtrace"].map(
              (part) => `--disable-${part}`,
            ),
            // As GCC's own makefiles have it: by the C driver, which links no C++ library, so that what configure finds
            // does not depend on whether there is one already.
            `CXX=${triple}-gcc -nostdinc++`,
            "CFLAGS=-O2",
            "CXXFLAGS=-O2",
          ],
          cwd: place.workdir,
          env: {},
        },
        make(),
        // Its makefiles install into a lib64, beside which they leave scripts of libtool and of a debugger.
        make(`DESTDIR=${installed}`, "install"),
        ...["libstdc++.a", "libsupc++.a"].map((name) =>
          copy(`${installed}${place.prefix}/lib64/${name}`, `${place.destdir}${home}/lib/${name}`),
        ),
        copy(`${installed}${home}/include/c++`, `${place.destdir}${home}/include/c++`),
      ],
    };
  },
};
