/**
 * The interface of `bq2` to the machine, with three implementations: `node/` (the host), `quickjs/` (inside
 * the image) and `memory/` (tests). The tests in `contract/` hold all three to it.
 *
 * File operations are synchronous: that is fastest on both engines, and simplest for callers. What takes long
 * (processes, compression) is asynchronous.
 *
 * Paths are absolute. Names are bytes on Linux; here they are strings that represent any bytes
 * (`base/text.ts`). A file operation that fails throws {@link SystemError}.
 */
import type { Arch } from "../base/arch-facts.ts";
import { Bq2Error } from "../base/error.ts";

export interface Platform {
  readonly host: Host;
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly bulk: Bulk;
  readonly kernel: Kernel;
}

/** A system call that failed; `code` is the errno name, such as `ENOENT` or `ENOSPC`. */
export class SystemError extends Bq2Error {
  /** The subject of the call, as in the message. */
  readonly path: string;

  constructor(action: string, path: string, code: string, cause?: unknown) {
    super(`Cannot ${action} ${path}: ${ERRNO_TEXT[code] ?? "system error"} (${code})`, {
      code,
      hint: ERRNO_HINT[code],
      cause,
    });
    this.name = "SystemError";
    this.path = path;
  }
}

const ERRNO_TEXT: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EBUSY: "in use",
  EEXIST: "already exists",
  EISDIR: "is a folder",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "name too long",
  ENOENT: "no such file or folder",
  ENOSPC: "no space left on the disk",
  ENOTDIR: "not a folder",
  ENOTEMPTY: "folder is not empty",
  EPERM: "not permitted",
  EROFS: "read-only file system",
  EXDEV: "on another file system",
};

const ERRNO_HINT: { readonly [code: string]: string } = {
  ENOSPC: "free some space on that disk and run the same command again",
  EDQUOT: "free some of your disk quota and run the same command again",
};

export type { Arch };

/** Facts about the process and its machine, read once at the start. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  readonly arch: Arch;
  readonly cpuCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  /** The argv prefix that starts this program again: `[node, dist/bq2.js]`, or `[bq2]`. */
  readonly self: readonly string[];
  /** Whether standard error is a terminal. */
  readonly isTerminal: boolean;
  writeOut(text: string): void;
  writeError(text: string): void;
}

export interface Clock {
  /** Microseconds since 1970, for log lines and timings only, never in outputs. */
  nowMicroseconds(): number;
  /** Seconds from an arbitrary start, never going back. */
  monotonicSeconds(): number;
  sleep(seconds: number): Promise<void>;
}

export type FileKind = "file" | "folder" | "symlink" | "char" | "block" | "fifo" | "socket";

/** `lstat` of a name: links are not followed. */
export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970, with as much of the fraction as a double can represent. */
  readonly mtime: number;
  /** When bytes, names or metadata last changed, as in `mtime`. Only the kernel's clock sets it. */
  readonly ctime: number;
  readonly linkCount: number;
  /** `device:inode`: equal for the hard links of one file. */
  readonly identity: string;
  /** Bytes that the file occupies on disk. */
  readonly allocated: number;
  /** For `char` and `block`. */
  readonly device: { readonly major: number; readonly minor: number };
}

/** A half-open range of a file that contains data; between ranges there are holes. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * An exclusive lock (flock(2)). It ends when it is released or when the process ends, for whatever reason.
 */
export interface FileLock {
  release(): void;
}

/**
 * `read`; `write` (creates or truncates); `create` (reads and writes a new file; EEXIST if the name exists,
 * even as a link); `update` (reads and writes, creates a missing file, keeps an existing one).
 */
export type OpenMode = "read" | "write" | "create" | "update";

export interface Files {
  open(path: string, mode: OpenMode, permissions?: number): number;
  /** Returns the bytes read, 0 at the end. `position` null reads at the current position and advances it. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  /** Writes all of `bytes`, retrying short writes. */
  write(fd: number, bytes: Uint8Array, position: number | null): void;
  truncate(fd: number, size: number): void;
  /** fchmod(2): {@link Files.setMode} of an open file, without another lookup of its name. */
  setModeOf(fd: number, mode: number): void;
  /** futimens(3): {@link Files.setTime} of an open file. */
  setTimeOf(fd: number, seconds: number): void;
  fsync(fd: number): void;
  close(fd: number): void;

  /** `undefined` if the name does not exist; other failures throw. */
  status(path: string): FileStatus | undefined;
  /** Like `status`, symbolic links followed. */
  statusFollowed(path: string): FileStatus | undefined;
  /** Names without `.` and `..`, in byte order. */
  list(folder: string): string[];
  readFile(path: string): Uint8Array;
  /** Creates or replaces; not atomic (see `writeFileAtomic` in `platform/files.ts`). */
  writeFile(path: string, content: Uint8Array, permissions?: number): void;
  makeFolder(path: string, permissions?: number): void;
  removeFolder(path: string): void;
  removeFile(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readLink(path: string): string;
  link(existing: string, path: string): void;
  /** Follows links, like chmod(2). */
  setMode(path: string, mode: number): void;
  /**
   * Sets both times of the name itself (links not followed), to the nanosecond if a double can represent it.
   */
  setTime(path: string, seconds: number): void;
  /** Sets the owner of the name itself (lchown(2)). */
  setOwner(path: string, uid: number, gid: number): void;
  /** Resolves every component; throws if one does not exist. */
  realPath(path: string): string;

  /**
   * Extended attributes of the name itself, in byte order of their names; empty if the file system has none.
   */
  attributes(path: string): ReadonlyMap<string, Uint8Array>;
  setAttribute(path: string, name: string, value: Uint8Array): void;
  /** Throws `ENODATA` if there is no such attribute. */
  removeAttribute(path: string, name: string): void;
  /** The data in an open file of `size` bytes (SEEK_DATA); one range if the file system has no holes. */
  dataRanges(fd: number, size: number): DataRange[];
  /** Copies within the kernel if possible (copy_file_range(2)), or else through memory. */
  copyRange(fromFd: number, fromOffset: number, toFd: number, toOffset: number, length: number): void;
  /**
   * `undefined` if another process holds the lock. A missing file is created. The holder of the lock may
   * remove the file; the next lock is then on a new file of that name.
   */
  tryLock(path: string): FileLock | undefined;
  /** Free bytes for an ordinary user on the file system of `path`. */
  freeSpace(path: string): number;
  /** Opens `folder` for operations that never leave it. */
  beneath(folder: string): FilesBeneath;
}

/** The operations for reading and writing a tree. */
export type TreeFiles = Pick<
  Files,
  | "open"
  | "read"
  | "write"
  | "truncate"
  | "setModeOf"
  | "setTimeOf"
  | "fsync"
  | "close"
  | "status"
  | "statusFollowed"
  | "list"
  | "readFile"
  | "makeFolder"
  | "removeFolder"
  | "removeFile"
  | "rename"
  | "symlink"
  | "readLink"
  | "link"
  | "setMode"
  | "setTime"
  | "setOwner"
>;

/**
 * Operations on one folder and everything below it, with absolute paths as elsewhere. Links may lead within
 * the folder; a path that would leave it (by an absolute link or too many `..`) throws Bq2Error `leads-out`.
 * The check is part of the operation, so exchanging folders and links meanwhile does not get around it. Paths
 * themselves contain no `..`.
 */
export interface FilesBeneath extends TreeFiles {
  /** mknod(2), if the caller may; the umask applies. */
  makeSpecial(
    path: string,
    kind: SpecialKind,
    device: { readonly major: number; readonly minor: number },
    permissions?: number,
  ): void;
  /** Closes the folder. Files opened through it stay open. */
  release(): void;
}

/** The kinds that mknod(2) makes. */
export type SpecialKind = Exclude<FileKind, "file" | "folder" | "symlink">;

/** The error of {@link FilesBeneath} for a path that leaves its folder. */
export function leadsOut(action: string, path: string, folder: string): Bq2Error {
  return new Bq2Error(`Cannot ${action} ${path}: the path leads out of ${folder}`, {
    code: "leads-out",
    hint: "a symbolic link in the path leads out; find out who made it",
  });
}

/** `inherit`: the caller's stream; `ignore`: /dev/null; `pipe`: through {@link Child}; or a descriptor. */
export type Stream = "inherit" | "ignore" | "pipe" | { readonly fd: number };

/** The child's number for the first of {@link SpawnOptions.extraFds}, which follow standard error. */
export const FIRST_EXTRA_FD = 3;

export interface SpawnOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The child's whole environment: nothing is inherited. */
  readonly env: { readonly [name: string]: string };
  readonly stdin: Stream;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Descriptors that the child gets as {@link FIRST_EXTRA_FD} and the numbers after it, and no others. */
  readonly extraFds?: readonly number[];
  /** Starts the child in its own process group, so that {@link Child.killGroup} reaches its descendants. */
  readonly ownGroup?: boolean;
  /** Starts the child in its own session, whose terminal is standard input and sends Ctrl-C. Not on Node. */
  readonly ownTerminal?: boolean;
  /**
   * Runs in the child before it enters `cwd` and starts its program, to change its user, its mounts and so
   * on. It may only make system calls and work on files; what it throws is what {@link Processes.spawn}
   * throws. Not on Node.
   */
  readonly beforeStart?: () => void;
}

/** The exit code, or the signal that ended the process, such as `SIGKILL`. */
export type Exit =
  | { readonly code: number; readonly signal?: undefined }
  | { readonly code?: undefined; readonly signal: string };

export interface Child {
  readonly pid: number;
  /** The child's output if the stream is a pipe; otherwise empty. */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Writes to a piped standard input; resolves when the pipe accepts more. */
  write(bytes: Uint8Array): Promise<void>;
  closeInput(): void;
  wait(): Promise<Exit>;
  kill(signal: string): void;
  killGroup(signal: string): void;
}

/** The extra duties of the first process of a machine or a PID namespace. */
export interface FirstDuties {
  /** An orphaned process has ended and has been reaped. */
  orphanEnded(pid: number): void;
  /** The event loop caught an error that would have ended this process. */
  failed(error: unknown): void;
}

export interface Processes {
  /**
   * Throws {@link SystemError} (`ENOENT`, `EACCES`) if the program cannot be started, and what
   * {@link SpawnOptions.beforeStart} throws.
   */
  spawn(options: SpawnOptions): Promise<Child>;
  /**
   * Calls `handler` on any of `signals`, which then do not end the process; the returned function undoes it.
   */
  onSignal(signals: readonly string[], handler: (signal: string) => void): () => void;
  /**
   * From now on this process reaps orphans, continues after errors, and waits for events for ever.
   * {@link Child.wait} still reports when a child of this process ends. Undefined if the engine cannot be
   * process 1 (Node).
   */
  readonly beFirst: ((duties: FirstDuties) => void) | undefined;
  /** The full path of a program on `path` (`$PATH` syntax), or `undefined`. */
  find(program: string, path: string): string | undefined;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal. Ends the hasher. */
  digest(): string;
}

/** The compressed formats of sources. */
export type Compression = "none" | "gzip" | "xz" | "bzip2" | "zstd";

/** Work on large amounts of data, in native code on every engine. */
export interface Bulk {
  sha256(): Hasher;
  /** CRC-32 as in gzip; pass the last result to continue. */
  crc32(bytes: Uint8Array, previous: number): number;
  /**
   * One raw deflate stream (RFC 1951) of `bytes`, compressed in parallel if the engine has threads. `level`
   * is 1 to 9, `dictionary` up to 32 KiB that precede `bytes`, `windowBits` 12 to 15. `last` true ends the
   * stream; false ends it in a byte-aligned sync flush, so that streams can be joined.
   */
  deflateRaw(
    bytes: Uint8Array,
    options: {
      readonly level: number;
      readonly last: boolean;
      readonly dictionary?: Uint8Array | undefined;
      readonly windowBits?: number;
    },
  ): Promise<Uint8Array>;
  /** The plain bytes of one whole raw deflate stream; throws if it is damaged or exceeds `maxSize`. */
  inflateRaw(bytes: Uint8Array, maxSize: number): Promise<Uint8Array>;
  /**
   * The plain bytes of a compressed file (by its path) or stream, in chunks, decompressed in parallel if the
   * engine can. A chunk is valid until the next one is requested. Throws Bq2Error `damaged-archive` if the
   * data is truncated or corrupt, `missing-tool` if the decompressor is not installed.
   */
  decompress(source: string | ByteSource, compression: Compression): AsyncIterable<Uint8Array>;
}

/** Bytes that are not in a file, such as standard input. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** The caller may keep each chunk. */
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * An argument of a system call. Strings become NUL-terminated bytes. Bytes are passed by address, and so are
 * arrays: 64-bit words, in which bytes represent their address.
 */
export type SyscallArgument = number | bigint | string | Uint8Array | null | readonly (number | Uint8Array)[];

export interface Kernel {
  /**
   * Returns the raw result, -errno on failure. `number` depends on the architecture (`linux/syscalls.ts`).
   */
  syscall(number: number, ...args: readonly SyscallArgument[]): number;
  /**
   * fork(2): returns 0 in the copy. Undefined if the process has several threads (Node): a copy has only one
   * of them, and the kernel makes no user namespace for a process with several (unshare(2)).
   */
  readonly fork: (() => number) | undefined;
  /**
   * Resolves when `fd` is readable or at its end. Undefined if the engine cannot wait for descriptors (Node).
   */
  readonly waitReadable: ((fd: number) => Promise<void>) | undefined;
}
