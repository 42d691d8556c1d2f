/**
 * The system calls that this project makes by number, and how their failures are told. Only calls
 * that neither Node nor QuickJS offers; add one by a line in {@link NUMBERS} and its doc where it is used.
 */
import { type Arch, type Platform, type SyscallArgument, SystemError } from "../platform/platform.ts";

/**
 * Linux, arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h (aarch64).
 */
const NUMBERS = {
  chdir: { x86_64: 80, aarch64: 49 },
  mount: { x86_64: 165, aarch64: 40 },
  mount_setattr: { x86_64: 442, aarch64: 442 },
  pivot_root: { x86_64: 155, aarch64: 41 },
  ppoll: { x86_64: 271, aarch64: 73 },
  sethostname: { x86_64: 170, aarch64: 161 },
  umask: { x86_64: 95, aarch64: 166 },
  umount2: { x86_64: 166, aarch64: 39 },
} as const satisfies { readonly [name: string]: { readonly [A in Arch]: number } };

export type SyscallName = keyof typeof NUMBERS;

/** include/uapi/asm-generic/errno-base.h and errno.h: those that these calls are known to give. */
const ERRNO_NAMES: { readonly [number: number]: string } = {
  1: "EPERM",
  2: "ENOENT",
  5: "EIO",
  12: "ENOMEM",
  13: "EACCES",
  14: "EFAULT",
  15: "ENOTBLK",
  16: "EBUSY",
  17: "EEXIST",
  19: "ENODEV",
  20: "ENOTDIR",
  22: "EINVAL",
  24: "EMFILE",
  28: "ENOSPC",
  30: "EROFS",
  36: "ENAMETOOLONG",
  38: "ENOSYS",
  40: "ELOOP",
  75: "EOVERFLOW",
  95: "EOPNOTSUPP",
  116: "ESTALE",
};

/** What a system call takes of the platform. */
export type KernelAccess = Pick<Platform, "kernel" | "host">;

/**
 * The call's result. Throws {@link SystemError} where it fails: `action` and `what` become
 * "Cannot <action> <what>: …".
 */
export function systemCall(
  platform: KernelAccess,
  call: { readonly name: SyscallName; readonly action: string; readonly what: string },
  ...args: readonly SyscallArgument[]
): number {
  const result = platform.kernel.syscall(NUMBERS[call.name][platform.host.arch], ...args);
  if (result >= 0) return result;
  throw new SystemError(call.action, call.what, ERRNO_NAMES[-result] ?? `errno ${-result}`);
}
