/** JavaScript packages that become part of the system's programs: npm's archives, pinned like any source. */
import type { Archive, Pin } from "../src/plan/source.ts";
import { npm, pin } from "./pin.ts";

export interface NpmSource {
  /** The name by which it is imported. */
  readonly module: string;
  readonly why: string;
  /** SPDX expression. */
  readonly license: string;
  /** The file in the package with the text of the licence. */
  readonly licenseFile: string;
  readonly pin: Pin;
}

function npmSource(
  module: string,
  version: string,
  digest: Pick<Archive, "sha256" | "size">,
  about: Pick<NpmSource, "why" | "license" | "licenseFile">,
): NpmSource {
  const name = module.replace("@", "").replace("/", "-");
  return {
    module,
    ...about,
    pin: pin(name, version, () => ({
      file: `${name}-${version}.tgz`,
      ...digest,
      origins: [npm(module, version)],
    })),
  };
}

/** Stays below 7, which is a native program; 6 is the last major version that is written in JavaScript. */
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
    why: "turns TypeScript into JavaScript by blanking its types, so that lines and columns stay the same",
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
  // The archive does not contain the text of the licence, but the manifest names it.
  { why: "parses command lines", license: "Apache-2.0", licenseFile: "package.json" },
);
