/**
 * The cross toolchain's names before there is a cross toolchain: `<triple>-gcc` and its binutils,
 * standing in front of the seed's own. Later steps know these names only, so they do not change when
 * a self-built GCC takes them over. Its layout is the one of `--prefix=/opt/sysroot --target=<triple>`.
 *
 * C only: the seed's C++ library is tied to the seed's libc.
 */
import type { ArchFacts } from "../../src/base/arch.ts";
import { BINUTILS } from "../../src/base/binutils.ts";
import type { InsideAction } from "../../src/plan/action.ts";
import type { Package } from "../../src/recipe/package.ts";

export const crossTools: Package = {
  name: "cross-tools",
  why: "gives the seed's compiler the name and the C library of the system that is built",
  license: "MIT",
  version: "1",
  needs: [],
  build({ arch, sysroot }) {
    const home = `${sysroot}/${arch.triple}`;
    return {
      kind: "actions",
      why: "there is no upstream: it is a wrapper, a specs file and links",
      actions: [
        file(`${home}/lib/musl-gcc.specs`, "0644", specs(home)),
        ...["gcc", "cpp"].map((program) =>
          file(`${sysroot}/bin/${arch.triple}-${program}`, "0755", wrapper(arch, program, home)),
        ),
        ...BINUTILS.map(
          (tool): InsideAction => ({
            kind: "symlink",
            path: `${sysroot}/bin/${arch.triple}-${tool}`,
            target: `/usr/bin/${arch.seedTriple}-${tool}`,
          }),
        ),
      ],
    };
  },
};

function file(path: string, mode: string, text: string): InsideAction {
  return { kind: "write-file", path, mode, text };
}

/**
 * A script, since GCC takes default options from no file of ours and a link carries none. Objects do not name the
 * compiler (`.comment`): a distribution calls the same one, native or cross, by different names.
 */
function wrapper(arch: ArchFacts, program: string, home: string): string {
  const options = `-specs=${home}/lib/musl-gcc.specs -fno-pie -no-pie -static -fno-ident`;
  return `#!/bin/sh\nexec /usr/bin/${arch.seedTriple}-${program} ${options} "$@"\n`;
}

/**
 * musl in place of the seed's libc: the same spec strings as musl's tools/musl-gcc.specs.sh makes,
 * for static linking. GCC manual, "Spec Files".
 */
function specs(home: string): string {
  const include = `-nostdinc -isystem ${home}/include -isystem include%s`;
  const strings: readonly (readonly [name: string, text: string])[] = [
    ["cpp_options", `${include} %(old_cpp_options)`],
    ["cc1", `%(cc1_cpu) ${include}`],
    ["link_libgcc", `-L${home}/lib -L .%s`],
    ["libgcc", "libgcc.a%s %:if-exists(libgcc_eh.a%s)"],
    ["startfile", `${home}/lib/crt1.o ${home}/lib/crti.o crtbeginT.o%s`],
    ["endfile", `crtend.o%s ${home}/lib/crtn.o`],
    ["link", "%{static:-static} -nostdlib --build-id=none"],
    ["esp_link", ""],
    ["esp_options", ""],
    ["esp_cpp_options", ""],
  ];
  const renamed = "%rename cpp_options old_cpp_options\n\n";
  return renamed + strings.map(([name, text]) => `*${name}:\n${text}\n\n`).join("");
}
