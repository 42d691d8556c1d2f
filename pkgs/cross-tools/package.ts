/**
 * A cross toolchain made from the seed's own: `<triple>-gcc` and the binutils, which run the seed's programs.
 * Later steps use only these names, so nothing in them changes when a self-built GCC provides the names
 * instead. The layout is that of `--prefix=/opt/sysroot --target=<triple>`.
 *
 * C only: the seed's C++ library depends on the seed's libc.
 */
import type { ArchFacts } from "../../src/base/arch.ts";
import { BINUTILS } from "../../src/base/binutils.ts";
import { symlink, writeFile } from "../../src/recipe/inside-actions.ts";
import type { Package } from "../../src/recipe/package.ts";

export const crossTools: Package = {
  name: "cross-tools",
  why: "gives the seed's compiler the name and the C library of the new system",
  license: "MIT",
  version: "1",
  needs: [],
  build({ arch, sysroot }) {
    const home = `${sysroot}/${arch.triple}`;
    return {
      kind: "actions",
      why: "there is no upstream: the package consists of a wrapper, a specs file and links",
      actions: [
        writeFile(`${home}/lib/musl-gcc.specs`, specs(home)),
        ...["gcc", "cpp"].map((program) =>
          writeFile(`${sysroot}/bin/${arch.triple}-${program}`, wrapper(arch, program, home), "0755"),
        ),
        ...BINUTILS.map((tool) =>
          symlink(`${sysroot}/bin/${arch.triple}-${tool}`, `/usr/bin/${arch.seedTriple}-${tool}`),
        ),
      ],
    };
  },
};

/**
 * A script, because a link cannot add options and GCC would not read them from a file of ours. `-fno-ident`
 * keeps the compiler's name out of objects (`.comment`): distributions name the same compiler differently,
 * native or cross.
 */
function wrapper(arch: ArchFacts, program: string, home: string): string {
  const options = `-specs=${home}/lib/musl-gcc.specs -fno-pie -no-pie -static -fno-ident`;
  return `#!/bin/sh\nexec /usr/bin/${arch.seedTriple}-${program} ${options} "$@"\n`;
}

/**
 * Uses musl instead of the seed's libc: the spec strings of musl's tools/musl-gcc.specs.sh, for static
 * linking. GCC manual, "Spec Files".
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
