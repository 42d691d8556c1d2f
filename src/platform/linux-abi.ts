/**
 * Numbers that user space and the kernel share: made by `npm run linux-abi` from Linux
 * 6.12.38. Do not edit: `tools/linux-abi.ts` says what is taken.
 */

/** arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h (aarch64). */
export const SYSCALLS = {
  accept4: { x86_64: 288, aarch64: 242 },
  acct: { x86_64: 163, aarch64: 89 },
  add_key: { x86_64: 248, aarch64: 217 },
  bind: { x86_64: 49, aarch64: 200 },
  bpf: { x86_64: 321, aarch64: 280 },
  capset: { x86_64: 126, aarch64: 91 },
  chdir: { x86_64: 80, aarch64: 49 },
  chroot: { x86_64: 161, aarch64: 51 },
  clock_adjtime: { x86_64: 305, aarch64: 266 },
  clock_gettime: { x86_64: 228, aarch64: 113 },
  clock_settime: { x86_64: 227, aarch64: 112 },
  clone: { x86_64: 56, aarch64: 220 },
  clone3: { x86_64: 435, aarch64: 435 },
  close: { x86_64: 3, aarch64: 57 },
  close_range: { x86_64: 436, aarch64: 436 },
  connect: { x86_64: 42, aarch64: 203 },
  copy_file_range: { x86_64: 326, aarch64: 285 },
  delete_module: { x86_64: 176, aarch64: 106 },
  dup3: { x86_64: 292, aarch64: 24 },
  epoll_create1: { x86_64: 291, aarch64: 20 },
  epoll_ctl: { x86_64: 233, aarch64: 21 },
  epoll_pwait: { x86_64: 281, aarch64: 22 },
  execve: { x86_64: 59, aarch64: 221 },
  exit_group: { x86_64: 231, aarch64: 94 },
  faccessat: { x86_64: 269, aarch64: 48 },
  fanotify_init: { x86_64: 300, aarch64: 262 },
  fchmod: { x86_64: 91, aarch64: 52 },
  fchmodat: { x86_64: 268, aarch64: 53 },
  fchmodat2: { x86_64: 452, aarch64: 452 },
  fchownat: { x86_64: 260, aarch64: 54 },
  fcntl: { x86_64: 72, aarch64: 25 },
  finit_module: { x86_64: 313, aarch64: 273 },
  flock: { x86_64: 73, aarch64: 32 },
  fsconfig: { x86_64: 431, aarch64: 431 },
  fsmount: { x86_64: 432, aarch64: 432 },
  fsopen: { x86_64: 430, aarch64: 430 },
  fspick: { x86_64: 433, aarch64: 433 },
  fsync: { x86_64: 74, aarch64: 82 },
  ftruncate: { x86_64: 77, aarch64: 46 },
  getcwd: { x86_64: 79, aarch64: 17 },
  getdents64: { x86_64: 217, aarch64: 61 },
  getgid: { x86_64: 104, aarch64: 176 },
  getpid: { x86_64: 39, aarch64: 172 },
  getppid: { x86_64: 110, aarch64: 173 },
  getrandom: { x86_64: 318, aarch64: 278 },
  getsockopt: { x86_64: 55, aarch64: 209 },
  getuid: { x86_64: 102, aarch64: 174 },
  init_module: { x86_64: 175, aarch64: 105 },
  io_uring_setup: { x86_64: 425, aarch64: 425 },
  ioctl: { x86_64: 16, aarch64: 29 },
  kexec_file_load: { x86_64: 320, aarch64: 294 },
  kexec_load: { x86_64: 246, aarch64: 104 },
  keyctl: { x86_64: 250, aarch64: 219 },
  kill: { x86_64: 62, aarch64: 129 },
  lgetxattr: { x86_64: 192, aarch64: 9 },
  linkat: { x86_64: 265, aarch64: 37 },
  listen: { x86_64: 50, aarch64: 201 },
  llistxattr: { x86_64: 195, aarch64: 12 },
  lremovexattr: { x86_64: 198, aarch64: 15 },
  lseek: { x86_64: 8, aarch64: 62 },
  lsetxattr: { x86_64: 189, aarch64: 6 },
  mkdirat: { x86_64: 258, aarch64: 34 },
  mknodat: { x86_64: 259, aarch64: 33 },
  mount: { x86_64: 165, aarch64: 40 },
  mount_setattr: { x86_64: 442, aarch64: 442 },
  move_mount: { x86_64: 429, aarch64: 429 },
  open_by_handle_at: { x86_64: 304, aarch64: 265 },
  open_tree: { x86_64: 428, aarch64: 428 },
  openat: { x86_64: 257, aarch64: 56 },
  openat2: { x86_64: 437, aarch64: 437 },
  perf_event_open: { x86_64: 298, aarch64: 241 },
  pidfd_open: { x86_64: 434, aarch64: 434 },
  pipe2: { x86_64: 293, aarch64: 59 },
  pivot_root: { x86_64: 155, aarch64: 41 },
  ppoll: { x86_64: 271, aarch64: 73 },
  prctl: { x86_64: 157, aarch64: 167 },
  pread64: { x86_64: 17, aarch64: 67 },
  prlimit64: { x86_64: 302, aarch64: 261 },
  pwrite64: { x86_64: 18, aarch64: 68 },
  quotactl: { x86_64: 179, aarch64: 60 },
  quotactl_fd: { x86_64: 443, aarch64: 443 },
  read: { x86_64: 0, aarch64: 63 },
  readlinkat: { x86_64: 267, aarch64: 78 },
  reboot: { x86_64: 169, aarch64: 142 },
  recvfrom: { x86_64: 45, aarch64: 207 },
  renameat: { x86_64: 264, aarch64: 38 },
  request_key: { x86_64: 249, aarch64: 218 },
  rt_sigaction: { x86_64: 13, aarch64: 134 },
  rt_sigprocmask: { x86_64: 14, aarch64: 135 },
  sched_getaffinity: { x86_64: 204, aarch64: 123 },
  seccomp: { x86_64: 317, aarch64: 277 },
  sendto: { x86_64: 44, aarch64: 206 },
  setgroups: { x86_64: 116, aarch64: 159 },
  sethostname: { x86_64: 170, aarch64: 161 },
  setns: { x86_64: 308, aarch64: 268 },
  setpgid: { x86_64: 109, aarch64: 154 },
  setresgid: { x86_64: 119, aarch64: 149 },
  setresuid: { x86_64: 117, aarch64: 147 },
  setsid: { x86_64: 112, aarch64: 157 },
  setsockopt: { x86_64: 54, aarch64: 208 },
  settimeofday: { x86_64: 164, aarch64: 170 },
  signalfd4: { x86_64: 289, aarch64: 74 },
  socket: { x86_64: 41, aarch64: 198 },
  socketpair: { x86_64: 53, aarch64: 199 },
  statfs: { x86_64: 137, aarch64: 43 },
  statx: { x86_64: 332, aarch64: 291 },
  swapoff: { x86_64: 168, aarch64: 225 },
  swapon: { x86_64: 167, aarch64: 224 },
  symlinkat: { x86_64: 266, aarch64: 36 },
  sync: { x86_64: 162, aarch64: 81 },
  sysinfo: { x86_64: 99, aarch64: 179 },
  syslog: { x86_64: 103, aarch64: 116 },
  umask: { x86_64: 95, aarch64: 166 },
  umount2: { x86_64: 166, aarch64: 39 },
  uname: { x86_64: 63, aarch64: 160 },
  unlinkat: { x86_64: 263, aarch64: 35 },
  unshare: { x86_64: 272, aarch64: 97 },
  userfaultfd: { x86_64: 323, aarch64: 282 },
  utimensat: { x86_64: 280, aarch64: 88 },
  wait4: { x86_64: 61, aarch64: 260 },
  waitid: { x86_64: 247, aarch64: 95 },
  write: { x86_64: 1, aarch64: 64 },
} as const;

/** The last call of that version: what a later kernel has beyond it is unknown here. */
export const LAST_SYSCALL = { x86_64: 462, aarch64: 462 } as const;

/** include/uapi/asm-generic/errno-base.h and include/uapi/asm-generic/errno.h. */
export const ERRNO_NAMES: { readonly [number: number]: string } = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  4: "EINTR",
  5: "EIO",
  6: "ENXIO",
  7: "E2BIG",
  8: "ENOEXEC",
  9: "EBADF",
  10: "ECHILD",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  14: "EFAULT",
  15: "ENOTBLK",
  16: "EBUSY",
  17: "EEXIST",
  18: "EXDEV",
  19: "ENODEV",
  20: "ENOTDIR",
  21: "EISDIR",
  22: "EINVAL",
  23: "ENFILE",
  24: "EMFILE",
  25: "ENOTTY",
  26: "ETXTBSY",
  27: "EFBIG",
  28: "ENOSPC",
  29: "ESPIPE",
  30: "EROFS",
  31: "EMLINK",
  32: "EPIPE",
  33: "EDOM",
  34: "ERANGE",
  35: "EDEADLK",
  36: "ENAMETOOLONG",
  37: "ENOLCK",
  38: "ENOSYS",
  39: "ENOTEMPTY",
  40: "ELOOP",
  42: "ENOMSG",
  43: "EIDRM",
  44: "ECHRNG",
  45: "EL2NSYNC",
  46: "EL3HLT",
  47: "EL3RST",
  48: "ELNRNG",
  49: "EUNATCH",
  50: "ENOCSI",
  51: "EL2HLT",
  52: "EBADE",
  53: "EBADR",
  54: "EXFULL",
  55: "ENOANO",
  56: "EBADRQC",
  57: "EBADSLT",
  59: "EBFONT",
  60: "ENOSTR",
  61: "ENODATA",
  62: "ETIME",
  63: "ENOSR",
  64: "ENONET",
  65: "ENOPKG",
  66: "EREMOTE",
  67: "ENOLINK",
  68: "EADV",
  69: "ESRMNT",
  70: "ECOMM",
  71: "EPROTO",
  72: "EMULTIHOP",
  73: "EDOTDOT",
  74: "EBADMSG",
  75: "EOVERFLOW",
  76: "ENOTUNIQ",
  77: "EBADFD",
  78: "EREMCHG",
  79: "ELIBACC",
  80: "ELIBBAD",
  81: "ELIBSCN",
  82: "ELIBMAX",
  83: "ELIBEXEC",
  84: "EILSEQ",
  85: "ERESTART",
  86: "ESTRPIPE",
  87: "EUSERS",
  88: "ENOTSOCK",
  89: "EDESTADDRREQ",
  90: "EMSGSIZE",
  91: "EPROTOTYPE",
  92: "ENOPROTOOPT",
  93: "EPROTONOSUPPORT",
  94: "ESOCKTNOSUPPORT",
  95: "EOPNOTSUPP",
  96: "EPFNOSUPPORT",
  97: "EAFNOSUPPORT",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  100: "ENETDOWN",
  101: "ENETUNREACH",
  102: "ENETRESET",
  103: "ECONNABORTED",
  104: "ECONNRESET",
  105: "ENOBUFS",
  106: "EISCONN",
  107: "ENOTCONN",
  108: "ESHUTDOWN",
  109: "ETOOMANYREFS",
  110: "ETIMEDOUT",
  111: "ECONNREFUSED",
  112: "EHOSTDOWN",
  113: "EHOSTUNREACH",
  114: "EALREADY",
  115: "EINPROGRESS",
  116: "ESTALE",
  117: "EUCLEAN",
  118: "ENOTNAM",
  119: "ENAVAIL",
  120: "EISNAM",
  121: "EREMOTEIO",
  122: "EDQUOT",
  123: "ENOMEDIUM",
  124: "EMEDIUMTYPE",
  125: "ECANCELED",
  126: "ENOKEY",
  127: "EKEYEXPIRED",
  128: "EKEYREVOKED",
  129: "EKEYREJECTED",
  130: "EOWNERDEAD",
  131: "ENOTRECOVERABLE",
  132: "ERFKILL",
  133: "EHWPOISON",
};

/** include/uapi/asm-generic/signal.h. */
export const SIGNALS: { readonly [name: string]: number } = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGLOST: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  SIGUNUSED: 31,
  SIGRTMIN: 32,
  SIGSTKSZ: 8192,
};

// include/uapi/asm-generic/errno-base.h
export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENODEV = 19;
export const EINVAL = 22;

// include/uapi/asm-generic/errno.h
export const ENOSYS = 38;
export const EAFNOSUPPORT = 97;
export const EADDRNOTAVAIL = 99;

// include/uapi/linux/stat.h
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o60000;
export const S_IFDIR = 0o40000;
export const S_IFCHR = 0o20000;
export const S_IFIFO = 0o10000;
export const STATX_BASIC_STATS = 0x7ff;

// include/uapi/linux/limits.h
export const NAME_MAX = 255;
export const PATH_MAX = 4096;
export const XATTR_SIZE_MAX = 65536;
export const XATTR_LIST_MAX = 65536;

// include/linux/namei.h
export const MAXSYMLINKS = 40;

// include/uapi/linux/fs.h
export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

// include/uapi/asm-generic/fcntl.h
export const O_RDONLY = 0o0;
export const O_WRONLY = 0o1;
export const O_RDWR = 0o2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const F_DUPFD = 0;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETFD = 2;
export const FD_CLOEXEC = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;

// include/uapi/linux/fcntl.h
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;

// include/uapi/linux/close_range.h
export const CLOSE_RANGE_CLOEXEC = 1 << 2;

// include/uapi/linux/openat2.h
export const RESOLVE_BENEATH = 0x8;

// include/uapi/linux/mount.h
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_BIND = 4096;
export const MS_REC = 16384;
export const MS_PRIVATE = 1 << 18;
export const MOUNT_ATTR_RDONLY = 0x1;

// include/linux/fs.h
export const MNT_DETACH = 0x2;

// include/uapi/asm-generic/poll.h
export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;

// include/uapi/linux/eventpoll.h
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;

// include/uapi/asm-generic/ioctls.h
export const TCGETS = 0x5401;
export const TCSETS = 0x5402;
export const TIOCSCTTY = 0x540e;
export const TIOCGPGRP = 0x540f;
export const TIOCSPGRP = 0x5410;
export const TIOCOUTQ = 0x5411;
export const TIOCSTI = 0x5412;
export const TIOCGWINSZ = 0x5413;
export const TIOCLINUX = 0x541c;

// include/uapi/asm-generic/termbits-common.h
export const ICRNL = 0x100;

// include/uapi/asm-generic/termbits.h
export const IXON = 0x400;
export const ISIG = 0x1;
export const ICANON = 0x2;
export const ECHO = 0x8;
export const IEXTEN = 0x8000;
export const VTIME = 5;
export const VMIN = 6;

// include/uapi/asm-generic/resource.h
export const RLIMIT_NOFILE = 7;

// include/uapi/asm-generic/signal.h
export const _NSIG = 64;

// include/uapi/asm-generic/signal-defs.h
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
export const SIG_IGN = 1;

// include/uapi/asm-generic/siginfo.h
export const CLD_EXITED = 1;

// include/uapi/linux/wait.h
export const WNOHANG = 0x1;
export const WEXITED = 0x4;
export const WNOWAIT = 0x1000000;
export const P_ALL = 0;
export const P_PID = 1;
export const P_PIDFD = 3;

// include/uapi/linux/time.h
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;

// include/asm-generic/param.h
export const USER_HZ = 100;

// include/uapi/linux/prctl.h
export const PR_SET_PDEATHSIG = 1;
export const PR_SET_DUMPABLE = 4;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_CHILD_SUBREAPER = 36;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_SET_KEEPCAPS = 8;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_RAISE = 2;

// include/uapi/linux/capability.h
export const _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
export const CAP_CHOWN = 0;
export const CAP_DAC_OVERRIDE = 1;
export const CAP_FOWNER = 3;
export const CAP_FSETID = 4;
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SETPCAP = 8;
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;
export const CAP_SYS_CHROOT = 18;
export const CAP_SETFCAP = 31;

// include/uapi/linux/keyctl.h
export const KEYCTL_JOIN_SESSION_KEYRING = 1;

// include/uapi/linux/seccomp.h
export const SECCOMP_MODE_FILTER = 2;
export const SECCOMP_SET_MODE_FILTER = 1;
export const SECCOMP_GET_ACTION_AVAIL = 2;
export const SECCOMP_FILTER_FLAG_TSYNC = 1 << 0;
export const SECCOMP_RET_KILL_PROCESS = 0x80000000;
export const SECCOMP_RET_ERRNO = 0x50000;
export const SECCOMP_RET_ALLOW = 0x7fff0000;

// include/uapi/linux/bpf_common.h
export const BPF_LD = 0x0;
export const BPF_JMP = 0x5;
export const BPF_RET = 0x6;
export const BPF_W = 0x0;
export const BPF_ABS = 0x20;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JSET = 0x40;
export const BPF_K = 0x0;

// include/uapi/linux/audit.h
export const __AUDIT_ARCH_64BIT = 0x80000000;
export const __AUDIT_ARCH_LE = 0x40000000;

// include/uapi/linux/reboot.h
export const LINUX_REBOOT_MAGIC1 = 0xfee1dead;
export const LINUX_REBOOT_MAGIC2 = 672274793;
export const LINUX_REBOOT_CMD_CAD_OFF = 0x0;
export const LINUX_REBOOT_CMD_RESTART = 0x1234567;
export const LINUX_REBOOT_CMD_HALT = 0xcdef0123;
export const LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc;

// include/linux/socket.h
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

// include/linux/net.h
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;

// include/uapi/asm-generic/socket.h
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;

// include/uapi/linux/sockios.h
export const SIOCGIFFLAGS = 0x8913;
export const SIOCSIFFLAGS = 0x8914;
export const SIOCGIFADDR = 0x8915;
export const SIOCSIFADDR = 0x8916;
export const SIOCSIFNETMASK = 0x891c;
export const SIOCADDRT = 0x890b;

// include/uapi/linux/if.h
export const IFF_UP = 1 << 0;

// include/uapi/linux/if_arp.h
export const ARPHRD_ETHER = 1;

// include/uapi/linux/route.h
export const RTF_UP = 0x1;
export const RTF_GATEWAY = 0x2;

// include/uapi/linux/input-event-codes.h
export const EV_KEY = 0x1;
export const KEY_POWER = 116;

// include/uapi/linux/sched.h
export const CLONE_NEWNS = 0x20000;
export const CLONE_NEWCGROUP = 0x2000000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWIPC = 0x8000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;
