/**
 * What differs between architectures, as one table each. Nothing else in the project asks which
 * architecture it is: it reads the value here.
 */

export type Arch = "x86_64" | "aarch64";

export interface ArchFacts {
  readonly name: Arch;
  /** Target of our own toolchain (config.sub form). */
  readonly triple: string;
  /** Prefix of Debian's compiler for this architecture (`<prefix>-gcc`), the seed's first compiler. */
  readonly seedTriple: string;
  /** Debian's name of the architecture. */
  readonly debian: string;
  /** `ARCH=` of the kernel's build (linux/arch/<this>). */
  readonly kernelArch: string;
  /** Kernel image that carries the EFI stub, below the build folder. */
  readonly kernelImage: string;
  /** Kernel target of make that builds it. */
  readonly kernelTarget: string;
  /** musl's name (its `arch/` folder, and `ld-musl-<name>.so.1`). */
  readonly muslArch: string;
  /** Serial console's device name. */
  readonly serialConsole: string;
}

export const ARCHES: { readonly [A in Arch]: ArchFacts } = {
  x86_64: {
    name: "x86_64",
    triple: "x86_64-bq2-linux-musl",
    seedTriple: "x86_64-linux-gnu",
    debian: "amd64",
    kernelArch: "x86",
    kernelImage: "arch/x86/boot/bzImage",
    kernelTarget: "bzImage",
    muslArch: "x86_64",
    serialConsole: "ttyS0",
  },
  aarch64: {
    name: "aarch64",
    triple: "aarch64-bq2-linux-musl",
    seedTriple: "aarch64-linux-gnu",
    debian: "arm64",
    kernelArch: "arm64",
    kernelImage: "arch/arm64/boot/Image",
    kernelTarget: "Image",
    muslArch: "aarch64",
    serialConsole: "ttyAMA0",
  },
};

export function isArch(name: string): name is Arch {
  return Object.hasOwn(ARCHES, name);
}
