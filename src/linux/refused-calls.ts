/**
 * What the kernel refuses to the programs within a view, as a table; `seccomp.ts` makes a filter of it. The
 * table lists what no build needs and what reaches past the view, not all that is allowed: a build may use
 * whatever an ordinary program uses.
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
 * in a rootfs (`sysroot-namespace`). A shell may make namespaces, and mounts in them, as any user may; what
 * the view binds read-only is locked for it too.
 */
export const USES = ["step", "shell"] as const;
export type Use = (typeof USES)[number];

/** Holds for one argument of a call. Its low 32 bits are compared: the kernel looks at no more of these. */
export type Condition = { readonly argument: number } & (
  | { readonly anyBit: number }
  | { readonly oneOf: readonly number[] }
  | { readonly noneOf: readonly number[] }
);

export interface Refusal {
  readonly calls: readonly SyscallName[];
  /** What the caller gets. ENOSYS where programs know another way when the kernel lacks a call. */
  readonly errno: number;
  /** The call is refused only where this holds. */
  readonly when?: Condition;
}

const FOR_ALL: readonly Refusal[] = [
  // Network namespaces do not keep every family apart: on AF_VSOCK the host of a virtual machine listens.
  {
    calls: ["socket", "socketpair"],
    errno: EAFNOSUPPORT,
    when: { argument: 0, noneOf: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] },
  },
  // Requests in a ring are not seen by a filter, sockets among them. Programs do without rings.
  { calls: ["io_uring_setup"], errno: ENOSYS },
  // Its flags are in memory, which a filter cannot read. C libraries then take clone(2).
  { calls: ["clone3"], errno: ENOSYS },
  // Real root could mount cgroup2 in a cgroup namespace, and would own the machine's groups there.
  { calls: ["unshare", "clone"], errno: EPERM, when: { argument: 0, anyBit: CLONE_NEWCGROUP } },
  // Typing on the caller's terminal.
  { calls: ["ioctl"], errno: EPERM, when: { argument: 1, oneOf: [TIOCSTI, TIOCLINUX] } },
  // Keys of the user.
  { calls: ["add_key", "keyctl", "request_key"], errno: EPERM },
  // Files by number in place of a name, which no view holds back.
  { calls: ["open_by_handle_at", "fanotify_init"], errno: EPERM },
  // The kernel itself: its code, its memory, its messages, what it counts, its clock.
  { calls: ["bpf", "perf_event_open", "userfaultfd", "syslog"], errno: EPERM },
  { calls: ["init_module", "finit_module", "delete_module"], errno: EPERM },
  { calls: ["kexec_load", "kexec_file_load", "reboot", "acct"], errno: EPERM },
  { calls: ["swapon", "swapoff", "quotactl", "quotactl_fd"], errno: EPERM },
  { calls: ["settimeofday", "clock_settime", "clock_adjtime"], errno: EPERM },
];

const NEW_NAMESPACES =
  CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;

/** Namespaces and mounts. A new user namespace would give all capabilities again, over what is made in it. */
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
