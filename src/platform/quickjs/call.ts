/** System calls on QuickJS: names as bytes, failures as {@link SystemError}. */
import { architecture, type Word as NativeWord, syscall } from "bq2:native";
import { nameToBytes } from "../../base/text.ts";
import { EINTR, ERRNO_NAMES, SYSCALLS } from "../linux-abi.ts";
import { SystemError } from "../platform.ts";

export type Word = NativeWord;
export type SyscallName = keyof typeof SYSCALLS;

const NAMES = Object.keys(SYSCALLS) as SyscallName[];
/** The numbers of this machine's architecture. */
export const NUMBERS = Object.fromEntries(NAMES.map((name) => [name, SYSCALLS[name][architecture]])) as {
  readonly [N in SyscallName]: number;
};

/** The raw result, -errno on failure; calls that a signal has cut short are made again. */
export function rawCall(name: SyscallName, ...words: readonly Word[]): number {
  for (;;) {
    const result = syscall(NUMBERS[name], ...words);
    if (result !== -EINTR) return result;
  }
}

export function errnoName(result: number): string {
  return ERRNO_NAMES[-result] ?? `errno ${-result}`;
}

/** The result; throws "Cannot <action> <what>: …" where the call fails. */
export function call(action: string, what: string, name: SyscallName, ...words: readonly Word[]): number {
  const result = rawCall(name, ...words);
  if (result >= 0) return result;
  throw new SystemError(action, what, errnoName(result));
}

/** What needs no conversion: printable ASCII. */
const PLAIN = /^[ -~]*$/;

/** A name for the kernel: its bytes, ended by NUL. Throws `EINVAL` where it holds a NUL itself. */
export function nameWord(action: string, path: string): string | Uint8Array {
  if (PLAIN.test(path)) return path;
  return bytesWord(action, path);
}

function bytesWord(action: string, path: string): Uint8Array {
  if (path.includes("\0")) throw new SystemError(action, JSON.stringify(path), "EINVAL");
  return nameToBytes(`${path}\0`);
}

/** {@link call} on a path, which stands where `words` takes it. */
export function pathCall(
  action: string,
  path: string,
  name: SyscallName,
  words: (path: Word) => readonly Word[],
): number {
  return call(action, path, name, ...words(nameWord(action, path)));
}
