/**
 * `npm run linux-abi -- LINUX`: writes `src/platform/linux-abi.ts`, the numbers that user space and the
 * kernel share, from the headers of an unpacked Linux tree. The tables here list the names; the headers have
 * the values.
 *
 * Subset: `#define NAME value`, and `NAME = value,` in an enum. A value is a decimal, octal or hexadecimal
 * literal, possibly shifted left, cast or in brackets. It is written the way the header writes it.
 */
import { readFileSync, writeFileSync } from "node:fs";

/** System calls that `src/` uses, by area. */
const SYSCALLS =
  "openat openat2 close close_range read write pread64 pwrite64 lseek ftruncate fsync flock " +
  "statx statfs getdents64 readlinkat mkdirat unlinkat renameat symlinkat linkat mknodat " +
  "fchmod fchmodat fchmodat2 fchownat utimensat faccessat copy_file_range ioctl fcntl dup3 pipe2 sync " +
  "llistxattr lgetxattr lsetxattr lremovexattr getcwd chdir umask " +
  "clone execve exit_group wait4 waitid kill setpgid setsid prctl pidfd_open " +
  "setgroups setresgid setresuid getpid getppid getuid getgid sched_getaffinity sysinfo uname getrandom prlimit64 " +
  "epoll_create1 epoll_ctl epoll_pwait ppoll signalfd4 rt_sigprocmask rt_sigaction clock_gettime clock_settime " +
  "socket connect bind listen accept4 sendto recvfrom getsockopt setsockopt " +
  "mount umount2 mount_setattr pivot_root chroot sethostname unshare reboot " +
  "capset keyctl seccomp";

/** System calls that `src/linux/refused-calls.ts` refuses to programs within a view. */
const REFUSED_SYSCALLS =
  "setns clone3 move_mount open_tree fsopen fsconfig fsmount fspick add_key request_key bpf " +
  "perf_event_open userfaultfd io_uring_setup open_by_handle_at fanotify_init syslog " +
  "init_module finit_module delete_module kexec_load kexec_file_load swapon swapoff acct " +
  "quotactl quotactl_fd settimeofday clock_adjtime socketpair";

/** Constants with one value on every architecture, by header. */
const CONSTANTS: { readonly [header: string]: string } = {
  "include/uapi/asm-generic/errno-base.h": "EPERM ENOENT ESRCH EINTR EAGAIN ENODEV EINVAL",
  "include/uapi/asm-generic/errno.h": "ENOSYS EAFNOSUPPORT EADDRNOTAVAIL",
  "include/uapi/linux/stat.h":
    "S_IFMT S_IFSOCK S_IFLNK S_IFREG S_IFBLK S_IFDIR S_IFCHR S_IFIFO STATX_BASIC_STATS",
  "include/uapi/linux/limits.h": "NAME_MAX PATH_MAX XATTR_SIZE_MAX XATTR_LIST_MAX",
  "include/linux/namei.h": "MAXSYMLINKS",
  "include/uapi/linux/fs.h": "SEEK_SET SEEK_CUR SEEK_DATA SEEK_HOLE",
  "include/uapi/asm-generic/fcntl.h":
    "O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_NOCTTY O_TRUNC O_NONBLOCK O_CLOEXEC O_PATH " +
    "F_DUPFD F_GETFL F_SETFL F_SETFD FD_CLOEXEC LOCK_EX LOCK_NB",
  "include/uapi/linux/fcntl.h":
    "AT_FDCWD AT_SYMLINK_NOFOLLOW AT_REMOVEDIR AT_SYMLINK_FOLLOW AT_EMPTY_PATH AT_RECURSIVE",
  "include/uapi/linux/close_range.h": "CLOSE_RANGE_CLOEXEC",
  "include/uapi/linux/openat2.h": "RESOLVE_BENEATH",
  "include/uapi/linux/mount.h":
    "MS_RDONLY MS_NOSUID MS_NODEV MS_NOEXEC MS_REMOUNT MS_BIND MS_REC MS_PRIVATE MOUNT_ATTR_RDONLY",
  "include/linux/fs.h": "MNT_DETACH",
  "include/uapi/asm-generic/poll.h": "POLLIN POLLOUT POLLERR POLLHUP",
  "include/uapi/linux/eventpoll.h":
    "EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD EPOLLIN EPOLLOUT EPOLLERR EPOLLHUP",
  "include/uapi/asm-generic/ioctls.h":
    "TCGETS TCSETS TIOCSCTTY TIOCGPGRP TIOCSPGRP TIOCOUTQ TIOCSTI TIOCGWINSZ TIOCLINUX",
  "include/uapi/asm-generic/termbits-common.h": "ICRNL",
  "include/uapi/asm-generic/termbits.h": "IXON ISIG ICANON ECHO IEXTEN VTIME VMIN",
  "include/uapi/asm-generic/resource.h": "RLIMIT_NOFILE",
  "include/uapi/asm-generic/signal.h": "_NSIG",
  "include/uapi/asm-generic/signal-defs.h": "SIG_BLOCK SIG_UNBLOCK SIG_SETMASK SIG_IGN",
  "include/uapi/asm-generic/siginfo.h": "CLD_EXITED",
  "include/uapi/linux/wait.h": "WNOHANG WEXITED WNOWAIT P_ALL P_PID P_PIDFD",
  "include/uapi/linux/time.h": "CLOCK_REALTIME CLOCK_MONOTONIC",
  "include/asm-generic/param.h": "USER_HZ",
  "include/uapi/linux/prctl.h":
    "PR_SET_PDEATHSIG PR_SET_DUMPABLE PR_CAPBSET_DROP PR_SET_CHILD_SUBREAPER PR_SET_NO_NEW_PRIVS " +
    "PR_SET_KEEPCAPS PR_CAP_AMBIENT PR_CAP_AMBIENT_RAISE",
  "include/uapi/linux/capability.h":
    "_LINUX_CAPABILITY_VERSION_3 CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_SETGID CAP_SETUID " +
    "CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_CHROOT CAP_SETFCAP",
  "include/uapi/linux/keyctl.h": "KEYCTL_JOIN_SESSION_KEYRING",
  "include/uapi/linux/seccomp.h":
    "SECCOMP_MODE_FILTER SECCOMP_SET_MODE_FILTER SECCOMP_GET_ACTION_AVAIL SECCOMP_FILTER_FLAG_TSYNC " +
    "SECCOMP_RET_KILL_PROCESS SECCOMP_RET_ERRNO SECCOMP_RET_ALLOW",
  "include/uapi/linux/bpf_common.h": "BPF_LD BPF_JMP BPF_RET BPF_W BPF_ABS BPF_JEQ BPF_JGT BPF_JSET BPF_K",
  "include/uapi/linux/audit.h": "__AUDIT_ARCH_64BIT __AUDIT_ARCH_LE",
  "include/uapi/linux/reboot.h":
    "LINUX_REBOOT_MAGIC1 LINUX_REBOOT_MAGIC2 LINUX_REBOOT_CMD_CAD_OFF " +
    "LINUX_REBOOT_CMD_RESTART LINUX_REBOOT_CMD_HALT LINUX_REBOOT_CMD_POWER_OFF",
  "include/linux/socket.h": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "include/linux/net.h": "SOCK_STREAM SOCK_DGRAM",
  "include/uapi/asm-generic/socket.h": "SOL_SOCKET SO_ERROR",
  "include/uapi/linux/sockios.h":
    "SIOCGIFFLAGS SIOCSIFFLAGS SIOCGIFADDR SIOCSIFADDR SIOCSIFNETMASK SIOCADDRT",
  "include/uapi/linux/if.h": "IFF_UP",
  "include/uapi/linux/if_arp.h": "ARPHRD_ETHER",
  "include/uapi/linux/route.h": "RTF_UP RTF_GATEWAY",
  "include/uapi/linux/input-event-codes.h": "EV_KEY KEY_POWER",
  "include/uapi/linux/sched.h":
    "CLONE_NEWNS CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER CLONE_NEWPID CLONE_NEWNET",
};

const ERRNO_HEADERS = ["include/uapi/asm-generic/errno-base.h", "include/uapi/asm-generic/errno.h"];
const SIGNAL_HEADER = "include/uapi/asm-generic/signal.h";
const X86_64_TABLE = "arch/x86/entry/syscalls/syscall_64.tbl";
const AARCH64_HEADER = "include/uapi/asm-generic/unistd.h";

const OUTPUT = new URL("../src/platform/linux-abi.ts", import.meta.url);

/** A value, and its TypeScript text. */
interface Constant {
  readonly value: number;
  readonly text: string;
}

type Constants = ReadonlyMap<string, Constant>;

const DEFINITION = /^#[ \t]*define[ \t]+(\w+)[ \t]+(.+)$|^[ \t]+(\w+)[ \t]*=[ \t]*(.+)$/gm;
const COMMENT = /\/\*.*|\/\/.*/;
const CAST = /\(__force \w+\)/;
const BRACKETS = /^\((.*)\)$/;
const LITERAL = /^(-?)(0x)?([0-9A-Fa-f]+)[UL]*(?:\s*<<\s*(\d+))?,?$/;

/** The constants of a header whose values are in our subset. */
function definesOf(linux: string, header: string): Constants {
  const text = readFileSync(`${linux}/${header}`, "utf8");
  return new Map(
    [...text.matchAll(DEFINITION)].flatMap(([, macro, macroValue, member, memberValue]) => {
      const constant = constantOf(macroValue ?? memberValue ?? "");
      return constant === undefined ? [] : [[macro ?? member ?? "", constant] as const];
    }),
  );
}

function constantOf(written: string): Constant | undefined {
  const bare = written.replace(COMMENT, "").replace(CAST, "").trim().replace(BRACKETS, "$1");
  const [, sign = "", hex, digits = "", shift] = LITERAL.exec(bare) ?? [];
  if (hex === undefined && !/^\d+$/.test(digits)) return undefined;
  const isOctal = hex === undefined && /^0\d/.test(digits); // as in C
  const prefix = hex ?? (isOctal ? "0o" : "");
  const significant = digits.toLowerCase().replace(/^0+(?=.)/, "");
  const literal = Number(`${prefix}${significant}`);
  if (shift === undefined)
    return { value: sign === "" ? literal : -literal, text: `${sign}${prefix}${significant}` };
  return { value: literal * 2 ** Number(shift), text: `${prefix}${significant} << ${shift}` };
}

function definedNumbers(linux: string, header: string, prefix: string): [string, number][] {
  return [...definesOf(linux, header)].flatMap(([name, { value }]) =>
    name.startsWith(prefix) ? [[name, value] as [string, number]] : [],
  );
}

/** Reads lines of `number abi name entry`, without x32's own calls. */
function tableOf(linux: string): ReadonlyMap<string, number> {
  const lines = readFileSync(`${linux}/${X86_64_TABLE}`, "utf8").split("\n");
  const rows = lines.map((line) => line.split(/\s+/)).filter(([, abi]) => abi === "common" || abi === "64");
  return new Map(rows.map(([number, , name = ""]) => [name, Number(number)]));
}

function required<T>(found: ReadonlyMap<string, T>, name: string, place: string): T {
  const value = found.get(name);
  if (value === undefined) throw new Error(`Cannot find ${name} in ${place}`);
  return value;
}

function aarch64TableOf(linux: string): ReadonlyMap<string, number> {
  const numbers = new Map(definedNumbers(linux, AARCH64_HEADER, "__NR"));
  numbers.delete("__NR_syscalls"); // the number of calls, not a call
  return numbers;
}

/** The highest number of all calls, not only of those listed here. */
function lastSyscall(linux: string): string {
  const [x86_64, aarch64] = [tableOf(linux), aarch64TableOf(linux)].map((t) => Math.max(...t.values()));
  return `{ x86_64: ${x86_64}, aarch64: ${aarch64} }`;
}

function syscalls(linux: string): string[] {
  const x86 = tableOf(linux);
  const aarch64 = aarch64TableOf(linux);
  return `${SYSCALLS} ${REFUSED_SYSCALLS}`
    .split(" ")
    .sort()
    .map((name) => {
      // Calls whose number used to depend on the word size have another name.
      const generic = aarch64.get(`__NR_${name}`) ?? required(aarch64, `__NR3264_${name}`, AARCH64_HEADER);
      return `  ${name}: { x86_64: ${required(x86, name, X86_64_TABLE)}, aarch64: ${generic} },`;
    });
}

function constants(linux: string): string[] {
  return Object.entries(CONSTANTS).flatMap(([header, names]) => {
    const found = definesOf(linux, header);
    return [
      "",
      `// ${header}`,
      ...names.split(" ").map((name) => `export const ${name} = ${required(found, name, header).text};`),
    ];
  });
}

/** The whole text of `linux-abi.ts`. */
export function linuxAbi(linux: string): string {
  const makefile = readFileSync(`${linux}/Makefile`, "utf8");
  const part = (name: string) => new RegExp(`^${name} = (\\S+)$`, "m").exec(makefile)?.[1] ?? "?";
  const errno = ERRNO_HEADERS.flatMap((header) => definedNumbers(linux, header, "E"));
  const signals = definedNumbers(linux, SIGNAL_HEADER, "SIG").filter(([name]) => /^SIG[A-Z0-9]+$/.test(name));
  return `/**
 * Numbers that user space and the kernel share: made by \`npm run linux-abi\` from Linux
 * ${part("VERSION")}.${part("PATCHLEVEL")}.${part("SUBLEVEL")}. Do not edit: \`tools/linux-abi.ts\` says what is taken.
 */

/** ${X86_64_TABLE} and ${AARCH64_HEADER} (aarch64). */
export const SYSCALLS = {
${syscalls(linux).join("\n")}
} as const;

/** The last call of that version: what a later kernel has beyond it is unknown here. */
export const LAST_SYSCALL = ${lastSyscall(linux)} as const;

/** ${ERRNO_HEADERS.join(" and ")}. */
export const ERRNO_NAMES: { readonly [number: number]: string } = {
${errno.map(([name, number]) => `  ${number}: "${name}",`).join("\n")}
};

/** ${SIGNAL_HEADER}. */
export const SIGNALS: { readonly [name: string]: number } = {
${signals.map(([name, number]) => `  ${name}: ${number},`).join("\n")}
};
${constants(linux).join("\n")}
`;
}

if (process.argv[1]?.endsWith("linux-abi.ts")) {
  const linux = process.argv[2];
  if (linux === undefined)
    throw new Error("usage: npm run linux-abi -- LINUX (the folder of an unpacked Linux tree)");
  writeFileSync(OUTPUT, linuxAbi(linux));
}
