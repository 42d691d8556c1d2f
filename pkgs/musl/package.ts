import type { Package } from "../../src/recipe/package.ts";
import { crossTools } from "../cross-tools/package.ts";
import { developmentHome } from "../development-home.ts";

/** By its own makefile, not from a list of files: that chooses, one by one, among more than a thousand by architecture. */
export const musl: Package = {
  name: "musl",
  why: "the C library: small, readable, made for static linking",
  license: "MIT",
  version: "1.2.5",
  source: {
    name: "musl",
    version: "1.2.5",
    archives: [
      {
        file: "musl-1.2.5.tar.gz",
        sha256: "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
        size: 1080786,
        origins: [
          { kind: "url", url: "https://musl.libc.org/releases/musl-1.2.5.tar.gz" },
          { kind: "debian", pool: "main/m/musl/musl_1.2.5.orig.tar.gz" },
        ],
      },
    ],
  },
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
        "--disable-gcc-wrapper", // cross-tools has ours
        "CFLAGS=", // musl sets its own; an empty value keeps -g out
      ],
      make: { targets: [], flags: [] },
      install: { targets: ["install"], flags: [] },
      finish: [],
    };
  },
};
