/**
 * The supported architectures, one table each. Other code does not branch on the architecture: it reads a
 * value from the table. The exceptions are the kernel's options (`pkgs/linux/config.ts`), system call numbers
 * (`src/platform/linux-abi.ts`), `struct epoll_event` (`src/platform/quickjs/loop.ts`), and `native/`.
 */
import type { Arch, ArchFacts } from "./arch-facts.ts";
import { aarch64 } from "./arches/aarch64.ts";
import { x86_64 } from "./arches/x86_64.ts";

export type { Arch, ArchFacts, Emulator, Firmware } from "./arch-facts.ts";

export const ARCHES: { readonly [A in Arch]: ArchFacts } = { x86_64, aarch64 };

/** In the order in which messages list them. */
export const ARCH_NAMES: readonly Arch[] = Object.values(ARCHES).map(({ name }) => name);

export function isArch(name: string): name is Arch {
  return Object.hasOwn(ARCHES, name);
}

/** The architecture with this value in its table, or `undefined`. */
export function archWith<K extends keyof ArchFacts>(key: K, value: ArchFacts[K]): ArchFacts | undefined {
  return Object.values(ARCHES).find((facts) => facts[key] === value);
}
