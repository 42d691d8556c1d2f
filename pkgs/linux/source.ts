import { debian, pin } from "../pin.ts";

/** Not `um`, whose scripts fs/hostfs includes, and of `arm` not what arm64 builds a part of (xen, vdso). */
const OTHER_ARCHES = [
  ...["alpha", "arc", "arm/boot", "csky", "hexagon", "loongarch", "m68k", "microblaze", "mips", "nios2"],
  ...["openrisc", "parisc", "powerpc", "riscv", "s390", "sh", "sparc", "xtensa"],
].map((arch) => `arch/${arch}`);

/** A long-term release, as Debian publishes it. No build for our architectures reads a third of its files. */
export const linuxSource = pin("linux", "6.12.38", (version) => ({
  file: `linux-${version}.tar.xz`,
  sha256: "8c89ced59bbd40280ddbe51e50114e2cf7b665104e16116949bd205c17371c0d",
  size: 151129260,
  origins: [debian(`main/l/linux/linux_${version}.orig.tar.xz`)],
  // The main Kconfig reads Documentation/Kconfig.
  unread: { folders: ["Documentation", "tools/perf", "tools/testing", ...OTHER_ARCHES], except: ["Kconfig"] },
}));
