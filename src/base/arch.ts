/**
 * The architectures that this project knows, a table each. Nothing else asks which architecture it is: it reads the
 * value there. Elsewhere, by name, are the kernel's options (`pkgs/linux/config.ts`), the numbers of system calls
 * (`src/platform/linux-abi.ts`), one structure of theirs (`quickjs-loop.ts`), and what `native/` compiles.
 */
import type { Arch, ArchFacts } from "./arch-facts.ts";
import { aarch64 } from "./arches/aarch64.ts";
import { x86_64 } from "./arches/x86_64.ts";

export type { Arch, ArchFacts, Emulator, Firmware } from "./arch-facts.ts";

export const ARCHES: { readonly [A in Arch]: ArchFacts } = { x86_64, aarch64 };

/** In the order in which they are told. */
export const ARCH_NAMES: readonly Arch[] = Object.values(ARCHES).map(({ name }) => name);

export function isArch(name: string): name is Arch {
  return Object.hasOwn(ARCHES, name);
}

/** The architecture with this value in its table; undefined where none has it. */
export function archWith<K extends keyof ArchFacts>(key: K, value: ArchFacts[K]): ArchFacts | undefined {
  return Object.values(ARCHES).find((facts) => facts[key] === value);
}
