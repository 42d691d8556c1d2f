import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { debian, pin, url } from "../pin.ts";
import { developmentHome } from "../toolchain.ts";

export const muslSource = pin("musl", "1.2.5", (version) => ({
  file: `musl-${version}.tar.gz`,
  sha256: "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
  size: 1080786,
  origins: [
    url(`https://musl.libc.org/releases/musl-${version}.tar.gz`),
    debian(`main/m/musl/musl_${version}.orig.tar.gz`),
  ],
}));

/**
 * Built by its own makefile, not from a list of files: the makefile picks from more than a thousand files,
 * and prefers the architecture's own version of a file where there is one.
 */
export const musl: Package = {
  name: "musl",
  why: "the C library: small, readable, and made for static linking",
  license: "MIT",
  version: muslSource.version,
  source: muslSource,
  needs: [crossTools],
  build(place) {
    const home = developmentHome(place);
    return {
      kind: "configure-make",
      inTree: false,
      prepare: [],
      configureFlags: [
        `--includedir=${home}/include`,
        `--libdir=${home}/lib`,
        `--syslibdir=${home}/lib`,
        `--target=${place.arch.triple}`,
        `CROSS_COMPILE=${place.arch.triple}-`,
        "--disable-shared", // everything in this system is linked statically
        "--disable-gcc-wrapper", // cross-tools has its own
        "CFLAGS=", // musl sets its own flags; the empty value keeps -g out
      ],
      make: { targets: [], flags: [] },
      install: { targets: ["install"], flags: [] },
      finish: [],
    };
  },
};
