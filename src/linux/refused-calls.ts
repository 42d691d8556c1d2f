/**
 * The system calls that the kernel refuses to the programs within a view; `seccomp.ts` makes a filter from
 * this table. It lists calls that no build needs and that reach past the view. Everything else is allowed: a
 * build may use whatever an ordinary program uses.
 */
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_UNIX,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  EAFNOSUPPORT,
  ENOSYS,
  EPERM,
  TIOCLINUX,
  TIOCSTI,
} from "../platform/linux-abi.ts";
import type { SyscallName } from "./syscalls.ts";

/**
 * Who runs in the view. `step`: programs of a build, which nobody has to trust. `shell`: a user's own command
 * in a rootfs (`sysroot-namespace`). Like any user, a shell may make namespaces, and mounts in them; the
 * view's read-only binds stay locked.
 */
export const USES = ["step", "shell"] as const;
export type Use = (typeof USES)[number];

/** A condition on one argument of a call. It compares the low 32 bits, which are all that the kernel uses. */
export type Condition = { readonly argument: number } & (
  | { readonly anyBit: number }
  | { readonly oneOf: readonly number[] }
  | { readonly noneOf: readonly number[] }
);

export interface Refusal {
  readonly calls: readonly SyscallName[];
  /** What the caller gets: ENOSYS for calls that programs can replace if the kernel lacks them. */
  readonly errno: number;
  /** Refuses the call only under this condition. */
  readonly when?: Condition;
}

const FOR_ALL: readonly Refusal[] = [
  // Network namespaces do not isolate every family: the host of a virtual machine listens on AF_VSOCK.
  {
    calls: ["socket", "socketpair"],
    errno: EAFNOSUPPORT,
    when: { argument: 0, noneOf: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] },
  },
  // A filter does not see requests in a ring, such as for sockets. Programs work without rings.
  { calls: ["io_uring_setup"], errno: ENOSYS },
  // Its flags are in memory, which a filter cannot read. C libraries fall back to clone(2).
  { calls: ["clone3"], errno: ENOSYS },
  // The host's root could mount cgroup2 in a cgroup namespace, and would own the machine's groups there.
  { calls: ["unshare", "clone"], errno: EPERM, when: { argument: 0, anyBit: CLONE_NEWCGROUP } },
  // Input injected into the caller's terminal.
  { calls: ["ioctl"], errno: EPERM, when: { argument: 1, oneOf: [TIOCSTI, TIOCLINUX] } },
  // The user's keys.
  { calls: ["add_key", "keyctl", "request_key"], errno: EPERM },
  // Files by handle instead of by name, which no view confines.
  { calls: ["open_by_handle_at", "fanotify_init"], errno: EPERM },
  // The kernel itself: its code, memory, messages, counters and clock.
  { calls: ["bpf", "perf_event_open", "userfaultfd", "syslog"], errno: EPERM },
  { calls: ["init_module", "finit_module", "delete_module"], errno: EPERM },
  { calls: ["kexec_load", "kexec_file_load", "reboot", "acct"], errno: EPERM },
  { calls: ["swapon", "swapoff", "quotactl", "quotactl_fd"], errno: EPERM },
  { calls: ["settimeofday", "clock_settime", "clock_adjtime"], errno: EPERM },
];

const NEW_NAMESPACES =
  CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;

/** Namespaces and mounts. A new user namespace would give all capabilities again, within itself. */
const FOR_STEPS: readonly Refusal[] = [
  { calls: ["unshare", "setns"], errno: EPERM },
  { calls: ["clone"], errno: EPERM, when: { argument: 0, anyBit: NEW_NAMESPACES } },
  { calls: ["mount", "umount2", "pivot_root"], errno: EPERM },
  { calls: ["open_tree", "move_mount", "mount_setattr"], errno: EPERM },
  { calls: ["fsopen", "fsconfig", "fsmount", "fspick"], errno: EPERM },
];

export const REFUSALS: { readonly [U in Use]: readonly Refusal[] } = {
  step: [...FOR_ALL, ...FOR_STEPS],
  shell: FOR_ALL,
};
