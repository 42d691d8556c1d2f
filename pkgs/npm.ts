/** JavaScript packages that become part of the system's programs: pinned archives of npm's, like any other source. */
import type { Pin } from "../src/plan/source.ts";

export interface NpmSource {
  /** What imports call it. */
  readonly module: string;
  readonly why: string;
  /** SPDX expression. */
  readonly license: string;
  /** The file of the package that holds its licence. */
  readonly licenseFile: string;
  readonly pin: Pin;
}

function npmSource(
  module: string,
  version: string,
  archive: { readonly sha256: string; readonly size: number },
  about: Pick<NpmSource, "why" | "license" | "licenseFile">,
): NpmSource {
  const name = module.replace("@", "").replace("/", "-");
  const file = `${name}-${version}.tgz`;
  return {
    module,
    ...about,
    pin: {
      name,
      version,
      archives: [{ file, ...archive, origins: [{ kind: "npm", package: module, version }] }],
    },
  };
}

/** The last major that is written in JavaScript begins with 6.0; 7 is a native program. */
export const typescript: NpmSource = npmSource(
  "typescript",
  "5.9.3",
  { sha256: "10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3", size: 4377468 },
  {
    why: "parses TypeScript for ts-blank-space, and checks types",
    license: "Apache-2.0",
    licenseFile: "LICENSE.txt",
  },
);

export const tsBlankSpace: NpmSource = npmSource(
  "ts-blank-space",
  "0.9.0",
  { sha256: "4af7fbeb6f098cdebaea7804d0e0ad8bfef2cf80c69cfdaac9b588a0ceba837f", size: 15581 },
  {
    why: "turns TypeScript into JavaScript by blanking its types, so that lines and columns stay",
    license: "Apache-2.0",
    licenseFile: "LICENSE",
  },
);

export const valibot: NpmSource = npmSource(
  "valibot",
  "1.5.0",
  { sha256: "d2036be7ccacb18e917889402eae121cb160b48813edd0316fed3416ad5e7033", size: 188725 },
  { why: "checks plans, overrides, states and reports", license: "MIT", licenseFile: "LICENSE.md" },
);

export const stricli: NpmSource = npmSource(
  "@stricli/core",
  "1.3.0",
  { sha256: "6443f8199064718efff361f580d621c7eed1009479a2da24a7b25585e1976f31", size: 64163 },
  // Its archive has no text of the licence; the manifest names it.
  { why: "parses command lines", license: "Apache-2.0", licenseFile: "package.json" },
);
