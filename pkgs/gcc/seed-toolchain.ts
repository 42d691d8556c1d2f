/**
 * The toolchain for a seed that is one of our own rootfs: the seed's compiler, copied and not built again. It
 * has a cross compiler's place and names, and finds headers and libraries in the same folders, so its output
 * is the same.
 */
import type { ArchFacts } from "../../src/base/arch.ts";
import { BINUTILS } from "../../src/base/binutils.ts";
import type { InsideAction } from "../../src/plan/action.ts";
import { copy, symlink, writeFile } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { GCC_VERSION } from "./source.ts";

/** The drivers. A script calls each of them with the folders of the new system's headers and libraries. */
const DRIVERS = ["gcc", "cpp", "g++", "c++"];

export const seedToolchain: Package = {
  name: "seed-toolchain",
  why: "makes the seed's compiler the toolchain: building the same compiler again would gain nothing",
  license: "MIT",
  version: "1",
  inPlaceOf: crossTools,
  needs: [],
  build({ arch, sysroot }) {
    const home = `${sysroot}/${arch.triple}`;
    const compiler = `${arch.triple}/${GCC_VERSION}`;
    return {
      kind: "actions",
      why: "there is no upstream: the package consists of copies, links and scripts",
      actions: [
        ...BINUTILS.flatMap((tool) => [
          copy(`/usr/bin/${tool}`, `${home}/bin/${tool}`),
          symlink(`${sysroot}/bin/${arch.triple}-${tool}`, `../${arch.triple}/bin/${tool}`),
        ]),
        // A driver looks for the compiler in ../libexec and ../lib, relative to itself.
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
 * `--sysroot` hides what the seed has in /usr. It does not move the folders of the C++ headers, which the
 * compiler knows by their absolute paths in the seed, so these are given one by one. Their order is that of
 * gcc/cppdefault.cc.
 */
function options({ triple }: ArchFacts, driver: string, home: string): readonly string[] {
  if (!driver.endsWith("++")) return [`--sysroot=${home}`];
  const headers = `${home}/include/c++/${GCC_VERSION}`;
  const folders = [headers, `${headers}/${triple}`, `${headers}/backward`];
  return [`--sysroot=${home}`, "-nostdinc++", ...folders.flatMap((folder) => ["-isystem", folder])];
}

/**
 * The driver prints its own name in `--version`, and the kernel records that. So the script calls it by the
 * usual name.
 */
function script(path: string, words: readonly string[], sysroot: string): InsideAction {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const text = `#!/bin/sh\nexec ${sysroot}/drivers/${name} ${words.join(" ")} "$@"\n`;
  return writeFile(path, text, "0755");
}
