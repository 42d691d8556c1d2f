/**
 * What `bq2` asks of the machine below it. One interface, three makers: `node.ts` (the host),
 * `quickjs.ts` (inside the image) and `memory.ts` (tests). One contract suite judges them all.
 *
 * File operations are synchronous: on both engines that is the fastest way, and the code above
 * reads as what it does. What takes long (processes, compression) is asynchronous.
 *
 * Paths are absolute. Names are bytes on Linux; here they are strings that lose nothing
 * (`base/text.ts`). Every failing file operation throws {@link SystemError}.
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
  /** What the call was about, as the message has it. */
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

/** Facts about the process and its machine, taken once at the start. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  readonly arch: Arch;
  readonly cpuCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  /** This program as an argv prefix, to start it again: `[node, dist/bq2.js]`, or `[bq2]`. */
  readonly self: readonly string[];
  /** True where standard error is a terminal. */
  readonly isTerminal: boolean;
  writeOut(text: string): void;
  writeError(text: string): void;
}

export interface Clock {
  /** Microseconds since 1970, for log lines and reports only; never in outputs. */
  nowMicroseconds(): number;
  /** Seconds from an arbitrary start, never going back. */
  monotonicSeconds(): number;
  sleep(seconds: number): Promise<void>;
}

export type FileKind = "file" | "folder" | "symlink" | "char" | "block" | "fifo" | "socket";

/** `lstat` of a file: what the name itself is, links not followed. */
export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits with setuid, setgid and sticky: 0o0000 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970, fraction kept as far as a double holds it. */
  readonly mtime: number;
  /** When bytes, names or facts last changed, as `mtime` has it. No program can set it: the kernel takes its own clock. */
  readonly ctime: number;
  readonly linkCount: number;
  /** `device:inode` as text: equal for hard links of one file. */
  readonly identity: string;
  /** Bytes the file takes on disk. */
  readonly allocated: number;
  /** For `char` and `block`. */
  readonly device: { readonly major: number; readonly minor: number };
}

/** A half-open range of a file that holds data; between ranges there are holes. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** An exclusive lock (flock(2)); gone when released or when the process ends, however it ends. */
export interface FileLock {
  release(): void;
}

/**
 * `read`; `write` (create, truncate); `create` (read and write; fails with EEXIST, also for a link); `update` (create,
 * keep, read and write).
 */
export type OpenMode = "read" | "write" | "create" | "update";

export interface Files {
  open(path: string, mode: OpenMode, permissions?: number): number;
  /** Bytes read, 0 at the end. `position` null: from the current one, going on. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  /** Writes all of `bytes`, retrying short writes. */
  write(fd: number, bytes: Uint8Array, position: number | null): void;
  truncate(fd: number, size: number): void;
  /** fchmod(2): {@link Files.setMode} of an open file, without a way to look its name up again. */
  setModeOf(fd: number, mode: number): void;
  /** futimens(3): {@link Files.setTime} of an open file. */
  setTimeOf(fd: number, seconds: number): void;
  fsync(fd: number): void;
  close(fd: number): void;

  /** `undefined` where nothing has that name; other failures throw. */
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
  /** Both times, of the name itself (links not followed), to the nanosecond as far as a double holds it. */
  setTime(path: string, seconds: number): void;
  /** Owner of the name itself (lchown(2)). */
  setOwner(path: string, uid: number, gid: number): void;
  /** Every component resolved; throws where it does not exist. */
  realPath(path: string): string;

  /** Extended attributes of the name itself, names in byte order; empty where there are none or none are supported. */
  attributes(path: string): ReadonlyMap<string, Uint8Array>;
  setAttribute(path: string, name: string, value: Uint8Array): void;
  /** One that is not there is an error (`ENODATA`). */
  removeAttribute(path: string, name: string): void;
  /** Where an open file of `size` bytes holds data (SEEK_DATA); one range where holes are not supported. */
  dataRanges(fd: number, size: number): DataRange[];
  /** Copies within the kernel where it can (copy_file_range(2)), else through memory. */
  copyRange(fromFd: number, fromOffset: number, toFd: number, toOffset: number, length: number): void;
  /**
   * `undefined` where another process holds it; the file is created where it is missing. Whoever holds the lock may
   * remove the file: the next one locks a new file of that name.
   */
  tryLock(path: string): FileLock | undefined;
  /** Bytes free to an ordinary user on the file system that holds `path`. */
  freeSpace(path: string): number;
  /** The folder at `folder`, opened for operations that never leave it. */
  beneath(folder: string): FilesBeneath;
}

/** What it takes to read and write a tree. */
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
 * Operations on one folder and what is below it, by the same absolute paths as elsewhere. Links may lead within the
 * folder; whatever would leave it (an absolute link, too many `..`) throws Bq2Error `leads-out`. That is decided when
 * the operation is carried out, so somebody who exchanges folders and links in the meantime changes nothing about it.
 * Paths themselves have no `..`.
 */
export interface FilesBeneath extends TreeFiles {
  /** mknod(2), for whom may; the umask takes bits away. */
  makeSpecial(
    path: string,
    kind: SpecialKind,
    device: { readonly major: number; readonly minor: number },
    permissions?: number,
  ): void;
  /** Closes the folder. Files that were opened by way of it stay open. */
  release(): void;
}

/** Kinds that mknod(2) makes. */
export type SpecialKind = Exclude<FileKind, "file" | "folder" | "symlink">;

/** The error of {@link FilesBeneath} for a path that leaves its folder. */
export function leadsOut(action: string, path: string, folder: string): Bq2Error {
  return new Bq2Error(`Cannot ${action} ${path}: the way to it leads out of ${folder}`, {
    code: "leads-out",
    hint: "a symbolic link on the way does so; look at who made it",
  });
}

/** `inherit`: the caller's own; `ignore`: /dev/null; `pipe`: read by us; or an open descriptor. */
export type Stream = "inherit" | "ignore" | "pipe" | { readonly fd: number };

/** The child's number for the first of {@link SpawnOptions.extraFds}: the next one after standard error. */
export const FIRST_EXTRA_FD = 3;

export interface SpawnOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The child's whole environment: nothing is inherited. */
  readonly env: { readonly [name: string]: string };
  readonly stdin: Stream;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Descriptors that the child sees as {@link FIRST_EXTRA_FD} and the numbers that follow. */
  readonly extraFds?: readonly number[];
  /** In a process group of its own, so that {@link Child.killGroup} reaches what it starts. */
  readonly ownGroup?: boolean;
  /** In a session of its own whose terminal is its standard input: Ctrl-C and the terminal's end reach it. Not on Node. */
  readonly ownTerminal?: boolean;
}

/** `code` where it ended by itself, else the signal that ended it, such as `SIGKILL`. */
export type Exit =
  | { readonly code: number; readonly signal?: undefined }
  | { readonly code?: undefined; readonly signal: string };

export interface Child {
  readonly pid: number;
  /** What the child writes, where the stream is a pipe; else empty. */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Writes to a piped standard input; resolves when the pipe takes more. */
  write(bytes: Uint8Array): Promise<void>;
  closeInput(): void;
  wait(): Promise<Exit>;
  kill(signal: string): void;
  killGroup(signal: string): void;
}

/** What the first process of a machine or a PID namespace has to do beside its work. */
export interface FirstDuties {
  /** A process that had lost its parent is over and its end was taken. */
  orphanEnded(pid: number): void;
  /** An error that would have ended this process was stopped in the event loop. */
  failed(error: unknown): void;
}

export interface Processes {
  /** Throws {@link SystemError} (`ENOENT`, `EACCES`) where the program cannot be started. */
  spawn(options: SpawnOptions): Promise<Child>;
  /** Calls `handler` on `SIGINT` or `SIGTERM` in place of dying; the returned function undoes it. */
  onSignal(signals: readonly string[], handler: (signal: string) => void): () => void;
  /**
   * From now on this process takes the ends of orphans, goes on after errors, and waits for events for ever. Its own
   * children's ends still go to {@link Child.wait}. Undefined where the engine cannot be process 1 (Node).
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

/** Compressed forms that sources come in. */
export type Compression = "none" | "gzip" | "xz" | "bzip2" | "zstd";

/** Work on many bytes, native on every engine. */
export interface Bulk {
  sha256(): Hasher;
  /** CRC-32 of gzip; pass the last result to go on. */
  crc32(bytes: Uint8Array, previous: number): number;
  /**
   * One raw deflate stream (RFC 1951) of `bytes`; runs beside the caller where the engine has
   * threads. `level` 1 to 9. `dictionary`: up to 32 KiB that precede `bytes`. `last` false ends in a
   * byte-aligned sync flush, so that streams can be joined; true ends the stream. `windowBits`: 12 to 15.
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
  /** The plain bytes of one whole raw deflate stream; throws where it is damaged or exceeds `maxSize`. */
  inflateRaw(bytes: Uint8Array, maxSize: number): Promise<Uint8Array>;
  /**
   * The plain bytes of a compressed file (by its path) or stream, in chunks, produced beside the caller where that
   * is possible. A chunk is valid until the next is asked for. Throws a Bq2Error with code `damaged-archive` where
   * the data is truncated or corrupt, `missing-tool` where the program that it takes is not installed.
   */
  decompress(source: string | ByteSource, compression: Compression): AsyncIterable<Uint8Array>;
}

/** Bytes that are not a file of their own, such as standard input. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Each is the taker's to keep. */
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * An argument of a system call: strings become NUL-terminated bytes, bytes are passed by address, and so are words of
 * 64 bits each, in which bytes stand for their own address.
 */
export type SyscallArgument = number | bigint | string | Uint8Array | null | readonly (number | Uint8Array)[];

export interface Kernel {
  /** The raw result: -errno on failure. `number` is the architecture's own (`linux/syscalls.ts`). */
  syscall(number: number, ...args: readonly SyscallArgument[]): number;
  /**
   * fork(2): 0 in the copy. Undefined where the process has several threads (Node): a copy would have just one of them,
   * and the kernel makes no user namespace for such a process either (unshare(2)).
   */
  readonly fork: (() => number) | undefined;
  /** Resolves when `fd` has something to read, or its end. Undefined where descriptors cannot be waited for (Node). */
  readonly waitReadable: ((fd: number) => Promise<void>) | undefined;
}

/** A TCP connection. Waiting longer than `seconds` throws {@link SystemError} `ETIMEDOUT`. */
export interface Connection {
  /** The next bytes that came; `undefined` at the end. */
  read(seconds: number): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array, seconds: number): Promise<void>;
  close(): void;
}

/**
 * Sockets, IPv4 only. Apart from {@link Platform}: hardly a command needs them. Addresses are four decimal
 * numbers; names are looked up in `network/resolve.ts`.
 */
export interface Network {
  /** @throws {@link SystemError}, such as `ECONNREFUSED` or `ETIMEDOUT`. */
  connect(address: string, port: number, seconds: number): Promise<Connection>;
  /** Sends one UDP datagram and gives the first answer; `undefined` where none comes in time, or nobody listens. */
  ask(address: string, port: number, datagram: Uint8Array, seconds: number): Promise<Uint8Array | undefined>;
}

/** One answer to a GET, its body not read yet. */
export interface FetchAnswer {
  /** HTTP status after redirects: 200, 206, 404, … */
  readonly status: number;
  /** Where it came from in the end, redirects followed. */
  readonly url: string;
  /** Whether nobody on the way could change it: see {@link isSecureAddress}; no redirect led over another address. */
  readonly isSecure: boolean;
  /** A header's value by its lower-case name, or `undefined`. */
  header(name: string): string | undefined;
  /** The body as it arrives; a cut connection throws {@link FetchError}. Leaving the loop early drops the rest. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Drops the connection where the body is not wanted. */
  cancel(): void;
}

/** By TLS, or within this machine (W3C, Secure Contexts, 3.1). */
export function isSecureAddress(url: string): boolean {
  return /^https:\/\/|^http:\/\/(localhost|127\.[0-9.]+|\[::1\])([:/?#]|$)/i.test(url);
}

/**
 * HTTP for downloads. Apart from {@link Platform}: only what fetches needs it. Makers: `node-fetch.ts` (the host)
 * and `network/http-fetcher.ts` (the image; no TLS).
 */
export interface Fetcher {
  /** @throws {@link FetchError} where no answer came. An HTTP status is an answer, not an error. */
  get(url: string, headers: { readonly [name: string]: string }): Promise<FetchAnswer>;
  /** Ends what is still open, so that the process can end. */
  close(): Promise<void>;
}

export type FetchFailure =
  | "unknown-host"
  | "unreachable"
  | "timed-out"
  | "cut-connection"
  | "bad-answer"
  | "bad-redirect"
  | "bad-url";

/** A GET that brought no answer, or not the whole of it; `code` says which. */
export class FetchError extends Bq2Error {
  declare readonly code: FetchFailure;

  constructor(message: string, code: FetchFailure, cause?: unknown) {
    super(message, { code, cause });
    this.name = "FetchError";
  }
}
