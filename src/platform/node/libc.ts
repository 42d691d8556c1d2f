/**
 * Functions of the C library that Node does not offer, called through koffi. koffi is loaded on first use,
 * which takes about 20 ms, so that other commands stay fast.
 */
import { createRequire } from "node:module";
import { ERRNO_NAMES, O_CLOEXEC } from "../linux-abi.ts";
import { type Kernel, type SyscallArgument, SystemError } from "../platform.ts";
import { toCString } from "./path.ts";

const F_SETPIPE_SZ = 1024 + 7; // linux/fcntl.h

type Koffi = typeof import("koffi");

/** C functions: a failure is a negative result, with the reason in `errno()`. */
interface Libc {
  /** The name of the last failure, such as `ENOENT`. */
  errno(): string;
  errnoNumber(): number;
  syscall(number: number, ...typesAndValues: unknown[]): number | bigint;
  pipe2(ends: Int32Array, flags: number): number;
  fcntl(fd: number, command: number, value: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  copyFileRange(
    fromFd: number,
    fromOffset: BigInt64Array,
    toFd: number,
    toOffset: BigInt64Array,
    length: number,
    flags: number,
  ): number;
  flock(fd: number, operation: number): number;
  utimensat(folderFd: number, path: Buffer, times: BigInt64Array, flags: number): number;
  futimens(fd: number, times: BigInt64Array): number;
  llistxattr(path: Buffer, list: Uint8Array, size: number): number;
  lgetxattr(path: Buffer, name: Buffer, value: Uint8Array, size: number): number;
  lsetxattr(path: Buffer, name: Buffer, value: Uint8Array, size: number, flags: number): number;
  lremovexattr(path: Buffer, name: Buffer): number;
}

let loaded: Libc | undefined;

/** The C library that Node itself is linked to: glibc or musl. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const library = koffi.load(null); // dlopen(NULL): this process and its libraries
  return {
    errno: () => ERRNO_NAMES[koffi.errno()] ?? `errno ${koffi.errno()}`,
    errnoNumber: () => koffi.errno(),
    syscall: library.func("long syscall(long number, ...)"),
    pipe2: library.func("int pipe2(void *ends, int flags)"),
    fcntl: library.func("int fcntl(int fd, int command, int value)"),
    lseek: library.func("int64_t lseek64(int fd, int64_t offset, int whence)"),
    copyFileRange: library.func(
      "int64_t copy_file_range(int from, void *from_at, int to, void *to_at, size_t length, uint flags)",
    ),
    flock: library.func("int flock(int fd, int operation)"),
    utimensat: library.func("int utimensat(int dirfd, const void *path, const void *times, int flags)"),
    futimens: library.func("int futimens(int fd, const void *times)"),
    llistxattr: library.func("int64_t llistxattr(const void *path, void *list, size_t size)"),
    lgetxattr: library.func(
      "int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)",
    ),
    lsetxattr: library.func(
      "int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)",
    ),
    lremovexattr: library.func("int lremovexattr(const void *path, const void *name)"),
  };
}

/** An empty pipe with room for `size` bytes, or fewer if the kernel's limit for this user is lower. */
export function makePipe(size: number): { readonly readFd: number; readonly writeFd: number } {
  const ends = new Int32Array(2);
  const c = libc();
  if (c.pipe2(ends, O_CLOEXEC) < 0) throw new SystemError("make", "a pipe", c.errno());
  const [readFd = -1, writeFd = -1] = ends;
  c.fcntl(writeFd, F_SETPIPE_SZ, size); // refused above /proc/sys/fs/pipe-max-size: pipe(7)
  return { readFd, writeFd };
}

/** {@link Kernel} by libc's `syscall(2)`. */
export const nodeKernel: Kernel = {
  syscall(number, ...args) {
    const c = libc();
    const result = Number(c.syscall(number, ...args.flatMap(typedArgument)));
    return result === -1 ? -c.errnoNumber() : result;
  },
  fork: undefined,
  waitReadable: undefined,
};

/** koffi takes the C type before each argument of a variadic function. */
function typedArgument(argument: SyscallArgument): [string, unknown] {
  if (typeof argument === "number" || typeof argument === "bigint") return ["long", argument];
  if (typeof argument === "string") return ["void *", toCString(argument)];
  if (argument === null || argument instanceof Uint8Array) return ["void *", argument];
  return ["void **", argument.map((word) => (typeof word === "number" ? BigInt(word) : word))];
}
