/**
 * `npm run linux-abi -- LINUX`: writes `src/platform/linux-abi.ts`, the numbers that user space and the kernel share,
 * from the headers of an unpacked Linux tree. What is taken is listed here; where it stands is looked up.
 *
 * Subset: `#define NAME literal`, decimal, octal or hexadecimal.
 */
import { readFileSync, writeFileSync } from "node:fs";

/** System calls that are made somewhere in `src/`, by area. */
const SYSCALLS = [
  ...["openat", "close", "read", "write", "pread64", "pwrite64", "lseek", "ftruncate", "fsync", "flock"],
  ...[
    "statx",
    "statfs",
    "getdents64",
    "readlinkat",
    "mkdirat",
    "unlinkat",
    "renameat",
    "symlinkat",
    "linkat",
    "mknodat",
  ],
  ...[
    "fchmodat",
    "fchownat",
    "utimensat",
    "faccessat",
    "copy_file_range",
    "ioctl",
    "fcntl",
    "dup3",
    "pipe2",
    "sync",
  ],
  ...["llistxattr", "lgetxattr", "lsetxattr", "lremovexattr", "getcwd", "chdir", "umask"],
  ...["clone", "execve", "exit_group", "wait4", "waitid", "kill", "setpgid", "setsid", "prctl", "pidfd_open"],
  ...[
    "getpid",
    "getppid",
    "getuid",
    "getgid",
    "sched_getaffinity",
    "sysinfo",
    "uname",
    "getrandom",
    "prlimit64",
  ],
  ...[
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "ppoll",
    "signalfd4",
    "rt_sigprocmask",
    "rt_sigaction",
    "clock_gettime",
    "clock_settime",
  ],
  ...["socket", "connect", "bind", "sendto", "recvfrom", "getsockopt", "setsockopt"],
  ...["mount", "umount2", "mount_setattr", "pivot_root", "chroot", "sethostname", "unshare", "reboot"],
];

/** Constants with one value on every architecture, by header. */
const CONSTANTS: { readonly [header: string]: readonly string[] } = {
  "include/uapi/asm-generic/fcntl.h": [
    ...[
      "O_RDONLY",
      "O_WRONLY",
      "O_RDWR",
      "O_CREAT",
      "O_EXCL",
      "O_NOCTTY",
      "O_TRUNC",
      "O_NONBLOCK",
      "O_CLOEXEC",
    ],
    ...["F_DUPFD", "F_GETFL", "F_SETFL", "F_SETFD", "FD_CLOEXEC"],
  ],
  "include/uapi/linux/fcntl.h": ["AT_FDCWD", "AT_SYMLINK_NOFOLLOW", "AT_REMOVEDIR", "AT_SYMLINK_FOLLOW"],
  "include/uapi/asm-generic/poll.h": ["POLLIN", "POLLOUT", "POLLERR", "POLLHUP"],
  "include/uapi/asm-generic/ioctls.h": [
    "TCGETS",
    "TCSETS",
    "TIOCSCTTY",
    "TIOCGPGRP",
    "TIOCSPGRP",
    "TIOCGWINSZ",
  ],
  "include/uapi/asm-generic/termbits-common.h": ["ICRNL"],
  "include/uapi/asm-generic/termbits.h": ["IXON", "ISIG", "ICANON", "ECHO", "IEXTEN", "VTIME", "VMIN"],
  "include/uapi/asm-generic/resource.h": ["RLIMIT_NOFILE"],
  "include/uapi/linux/eventpoll.h": ["EPOLL_CTL_ADD", "EPOLL_CTL_DEL", "EPOLL_CTL_MOD"],
  "include/uapi/linux/wait.h": ["WNOHANG", "WEXITED", "WNOWAIT", "P_ALL", "P_PID", "P_PIDFD"],
  "include/uapi/linux/time.h": ["CLOCK_REALTIME", "CLOCK_MONOTONIC"],
  "include/uapi/linux/prctl.h": ["PR_SET_PDEATHSIG"],
  "include/uapi/linux/reboot.h": [
    ...["LINUX_REBOOT_MAGIC1", "LINUX_REBOOT_MAGIC2", "LINUX_REBOOT_CMD_CAD_OFF"],
    ...["LINUX_REBOOT_CMD_RESTART", "LINUX_REBOOT_CMD_HALT", "LINUX_REBOOT_CMD_POWER_OFF"],
  ],
  "include/linux/socket.h": ["AF_INET"],
  "include/uapi/linux/sockios.h": [
    ...["SIOCGIFFLAGS", "SIOCSIFFLAGS", "SIOCSIFADDR", "SIOCSIFNETMASK", "SIOCADDRT"],
  ],
  "include/uapi/linux/route.h": ["RTF_UP", "RTF_GATEWAY"],
  "include/uapi/linux/input-event-codes.h": ["EV_KEY", "KEY_POWER"],
  "include/uapi/linux/sched.h": [
    ...["CLONE_NEWNS", "CLONE_NEWUTS", "CLONE_NEWIPC", "CLONE_NEWUSER", "CLONE_NEWPID", "CLONE_NEWNET"],
  ],
};

const ERRNO_HEADERS = ["include/uapi/asm-generic/errno-base.h", "include/uapi/asm-generic/errno.h"];
const SIGNAL_HEADER = "include/uapi/asm-generic/signal.h";
const X86_64_TABLE = "arch/x86/entry/syscalls/syscall_64.tbl";
const AARCH64_HEADER = "include/uapi/asm-generic/unistd.h";

const OUTPUT = new URL("../src/platform/linux-abi.ts", import.meta.url);

type Numbers = ReadonlyMap<string, number>;

/** `#define PREFIX… literal` of a header. */
function definesOf(linux: string, header: string, prefix: string): Numbers {
  const text = readFileSync(`${linux}/${header}`, "utf8");
  const pattern = new RegExp(`^#\\s*define\\s+(${prefix}\\w+)\\s+(-?(?:0x[0-9A-Fa-f]+|\\d+))\\b`, "gm");
  return new Map([...text.matchAll(pattern)].map(([, name = "", value = ""]) => [name, literal(value)]));
}

/** C's integers: a leading 0 means octal. */
function literal(text: string): number {
  return /^-?0\d/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

/** Lines of `number abi name entry`; x32's own calls are left out. */
function tableOf(linux: string): Numbers {
  const lines = readFileSync(`${linux}/${X86_64_TABLE}`, "utf8").split("\n");
  const rows = lines.map((line) => line.split(/\s+/)).filter(([, abi]) => abi === "common" || abi === "64");
  return new Map(rows.map(([number, , name = ""]) => [name, Number(number)]));
}

function required(numbers: Numbers, name: string, place: string): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error(`Cannot find ${name} in ${place}`);
  return number;
}

function syscalls(linux: string): string[] {
  const x86 = tableOf(linux);
  const aarch64 = definesOf(linux, AARCH64_HEADER, "__NR");
  return [...SYSCALLS].sort().map((name) => {
    // Calls whose number once depended on the word size have a name of their own for it.
    const generic = aarch64.get(`__NR_${name}`) ?? required(aarch64, `__NR3264_${name}`, AARCH64_HEADER);
    return `  ${name}: { x86_64: ${required(x86, name, X86_64_TABLE)}, aarch64: ${generic} },`;
  });
}

function constants(linux: string): string[] {
  return Object.entries(CONSTANTS).flatMap(([header, names]) => {
    const numbers = definesOf(linux, header, "");
    const hex = (value: number) => (value > 9 ? `0x${value.toString(16)}` : String(value));
    return [
      "",
      `// ${header}`,
      ...names.map((name) => `export const ${name} = ${hex(required(numbers, name, header))};`),
    ];
  });
}

/** The whole text of `linux-abi.ts`. */
export function linuxAbi(linux: string): string {
  const makefile = readFileSync(`${linux}/Makefile`, "utf8");
  const part = (name: string) => new RegExp(`^${name} = (\\S+)$`, "m").exec(makefile)?.[1] ?? "?";
  const errno = ERRNO_HEADERS.flatMap((header) => [...definesOf(linux, header, "E")]);
  const signals = [...definesOf(linux, SIGNAL_HEADER, "SIG")].filter(([name]) => /^SIG[A-Z0-9]+$/.test(name));
  return `/**
 * Numbers that user space and the kernel share: made by \`npm run linux-abi\` from Linux ${part("VERSION")}.${part("PATCHLEVEL")}.${part("SUBLEVEL")}. Do not edit:
 * \`tools/linux-abi.ts\` says what is taken.
 */

/** ${X86_64_TABLE} and ${AARCH64_HEADER} (aarch64). */
export const SYSCALLS = {
${syscalls(linux).join("\n")}
} as const;

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
