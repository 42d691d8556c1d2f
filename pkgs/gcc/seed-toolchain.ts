/**
 * The toolchain where the seed is a rootfs of ours: its own compiler, not built again but copied to where a cross compiler
 * would stand, under the same names. It finds headers and libraries in the same folders, so what it makes is the same.
 */
import type { ArchFacts } from "../../src/base/arch.ts";
import { BINUTILS } from "../../src/base/binutils.ts";
import type { InsideAction } from "../../src/plan/action.ts";
import type { Package } from "../../src/recipe/package.ts";
import { copy } from "../copy.ts";
import { crossTools } from "../cross-tools/package.ts";
import { GCC_VERSION } from "./source.ts";

/** Drivers, each behind a script that says where the new system's headers and libraries are. */
const DRIVERS = ["gcc", "cpp", "g++", "c++"];

export const seedToolchain: Package = {
  name: "seed-toolchain",
  why: "the seed's compiler is the one that this system is built with: there is nothing to gain by building it again",
  license: "MIT",
  version: "1",
  inPlaceOf: crossTools,
  needs: [],
  build({ arch, sysroot }) {
    const home = `${sysroot}/${arch.triple}`;
    const compiler = `${arch.triple}/${GCC_VERSION}`;
    return {
      kind: "actions",
      why: "there is no upstream: it is copies, links and scripts",
      actions: [
        ...BINUTILS.flatMap((tool) => [
          copy(`/usr/bin/${tool}`, `${home}/bin/${tool}`),
          link(`${sysroot}/bin/${arch.triple}-${tool}`, `../${arch.triple}/bin/${tool}`),
        ]),
        // Seen from its drivers, the compiler is in ../libexec and ../lib, as in any of its installations.
        copy(`/usr/libexec/gcc/${compiler}`, `${sysroot}/libexec/gcc/${compiler}`),
        copy(`/usr/lib/gcc/${compiler}`, `${sysroot}/lib/gcc/${compiler}`),
        ...DRIVERS.flatMap((driver) => [
          copy(`/usr/bin/${driver}`, `${sysroot}/drivers/${arch.triple}-${driver}`),
          script(`${sysroot}/bin/${arch.triple}-${driver}`, options(arch, driver, home), sysroot),
        ]),
        ...["libstdc++.a", "libsupc++.a"].map((name) => copy(`/usr/lib/${name}`, `${home}/lib/${name}`)),
        copy(`/usr/include/c++/${GCC_VERSION}`, `${home}/include/c++/${GCC_VERSION}`),
      ],
    };
  },
};

/**
 * `--sysroot` keeps out what the seed has in /usr. The compiler knows the C++ headers by their absolute path in the
 * seed, which that option does not move: gcc/cppdefault.cc, the order of the folders likewise.
 */
function options({ triple }: ArchFacts, driver: string, home: string): readonly string[] {
  if (!driver.endsWith("++")) return [`--sysroot=${home}`];
  const headers = `${home}/include/c++/${GCC_VERSION}`;
  const folders = [headers, `${headers}/${triple}`, `${headers}/backward`];
  return [`--sysroot=${home}`, "-nostdinc++", ...folders.flatMap((folder) => ["-isystem", folder])];
}

/** The driver tells its own name in `--version`, which the kernel writes down: so it is called by the same one. */
function script(path: string, words: readonly string[], sysroot: string): InsideAction {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const text = `#!/bin/sh\nexec ${sysroot}/drivers/${name} ${words.join(" ")} "$@"\n`;
  return { kind: "write-file", path, mode: "0755", text };
}

function link(path: string, target: string): InsideAction {
  return { kind: "symlink", path, target };
}
