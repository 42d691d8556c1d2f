/**
 * The system calls that this project makes by number, and how their failures are told. Add one
 * by its name in `tools/linux-abi.ts`.
 */
import { ERRNO_NAMES, SYSCALLS } from "../platform/linux-abi.ts";
import { type Platform, type SyscallArgument, SystemError } from "../platform/platform.ts";

export type SyscallName = keyof typeof SYSCALLS;

/** What a system call takes of the platform. */
export type KernelAccess = Pick<Platform, "kernel" | "host">;

interface SystemCall {
  readonly name: SyscallName;
  readonly action: string;
  readonly what: string;
}

/**
 * The call's result. Throws {@link SystemError} where it fails: `action` and `what` become
 * "Cannot <action> <what>: …".
 */
export function systemCall(
  platform: KernelAccess,
  call: SystemCall,
  ...args: readonly SyscallArgument[]
): number {
  return systemCallUnless(platform, [], call, ...args);
}

/** {@link systemCall}, with failures that are `expected` (numbers such as ENOSYS) as results: -errno. */
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
