/** System calls on QuickJS: names as bytes, failures as {@link SystemError}. */
import { architecture, type Word as NativeWord, syscall } from "bq2:native";
import { nameToBytes } from "../../base/text.ts";
import { EINTR, ERRNO_NAMES, SYSCALLS } from "../linux-abi.ts";
import { SystemError } from "../platform.ts";

export type Word = NativeWord;
export type SyscallName = keyof typeof SYSCALLS;

const NAMES = Object.keys(SYSCALLS) as SyscallName[];
/** The system call numbers of this machine's architecture. */
export const NUMBERS = Object.fromEntries(NAMES.map((name) => [name, SYSCALLS[name][architecture]])) as {
  readonly [N in SyscallName]: number;
};

/** Returns the raw result, -errno on failure. Repeats calls that a signal interrupted. */
export function rawCall(name: SyscallName, ...words: readonly Word[]): number {
  for (;;) {
    const result = syscall(NUMBERS[name], ...words);
    if (result !== -EINTR) return result;
  }
}

export function errnoName(result: number): string {
  return ERRNO_NAMES[-result] ?? `errno ${-result}`;
}

/** Returns the result; throws "Cannot <action> <what>: …" if the call fails. */
export function call(action: string, what: string, name: SyscallName, ...words: readonly Word[]): number {
  const result = rawCall(name, ...words);
  if (result >= 0) return result;
  throw new SystemError(action, what, errnoName(result));
}

/** Printable ASCII needs no conversion. */
const PLAIN = /^[ -~]*$/;

/** A name for the kernel: its bytes and a NUL. Throws `EINVAL` if it contains a NUL itself. */
export function nameWord(action: string, path: string): string | Uint8Array {
  if (PLAIN.test(path)) return path;
  return bytesWord(action, path);
}

function bytesWord(action: string, path: string): Uint8Array {
  if (path.includes("\0")) throw new SystemError(action, JSON.stringify(path), "EINVAL");
  return nameToBytes(`${path}\0`);
}

/** {@link call} on a path, which `words` puts among the arguments. */
export function pathCall(
  action: string,
  path: string,
  name: SyscallName,
  words: (path: Word) => readonly Word[],
): number {
  return call(action, path, name, ...words(nameWord(action, path)));
}
