/** Flags of the commands that make a plan or fetch its archives. */
import { ARCH_NAMES, type Arch } from "../base/arch.ts";
import { parseArch, parseSha256 } from "./flags.ts";
import type { PlanChoice } from "./planning.ts";

export const planFlags = {
  seed: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief:
      "Supplies the first compiler: debian-12, debian-13, alpine, host, bq2-rootfs-<version> or a rootfs tarball",
    placeholder: "NAME|TAR|URL",
  },
  arch: {
    kind: "parsed",
    parse: parseArch,
    optional: true,
    brief: `Architecture of the system: ${ARCH_NAMES.join(" or ")} (default: the host's)`,
  },
  seedArch: {
    kind: "parsed",
    parse: parseArch,
    optional: true,
    brief: "Architecture of the seed and of the build (default: the host's)",
  },
  profile: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief: "minimal, full or efi (default: minimal)",
  },
  withoutSources: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Leave the sources out of the image: it is smaller but cannot rebuild itself",
  },
} as const;

export interface PlanFlags {
  readonly seed?: string;
  readonly arch?: Arch;
  readonly seedArch?: Arch;
  readonly profile?: string;
  readonly withoutSources: boolean;
}

/** A field is undefined if the user did not choose its value. */
export function planChoice({ seed, arch, seedArch, profile, withoutSources }: PlanFlags): PlanChoice {
  return { seed, arch, seedArch, profile, sources: withoutSources ? false : undefined };
}

export const sourceFlags = {
  seedSha256: {
    kind: "parsed",
    parse: parseSha256,
    optional: true,
    brief: "sha256 that the seed's tarball (Alpine's minirootfs) must have",
    placeholder: "HEX",
  },
  mirror: {
    kind: "parsed",
    parse: String,
    optional: true,
    brief: "Folder of archives, tried before any origin",
    placeholder: "DIR",
  },
} as const;
