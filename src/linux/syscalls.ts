/**
 * System calls by number, with failures as errors. To add a call, name it in `tools/linux-abi.ts`.
 */
import { ERRNO_NAMES, SYSCALLS } from "../platform/linux-abi.ts";
import { type Platform, type SyscallArgument, SystemError } from "../platform/platform.ts";

export type SyscallName = keyof typeof SYSCALLS;

/** The parts of the platform that a system call needs. */
export type KernelAccess = Pick<Platform, "kernel" | "host">;

interface SystemCall {
  readonly name: SyscallName;
  readonly action: string;
  readonly what: string;
}

/**
 * Returns the call's result. Throws {@link SystemError} if it fails: "Cannot <action> <what>: …".
 */
export function systemCall(
  platform: KernelAccess,
  call: SystemCall,
  ...args: readonly SyscallArgument[]
): number {
  return systemCallUnless(platform, [], call, ...args);
}

/** {@link systemCall}, but returns -errno for failures that are `expected` (numbers such as ENOSYS). */
export function systemCallUnless(
  platform: KernelAccess,
  expected: readonly number[],
  call: SystemCall,
  ...args: readonly SyscallArgument[]
): number {
  const result = platform.kernel.syscall(SYSCALLS[call.name][platform.host.arch], ...args);
  if (result >= 0 || expected.includes(-result)) return result;
  throw new SystemError(call.action, call.what, ERRNO_NAMES[-result] ?? `errno ${-result}`);
}
