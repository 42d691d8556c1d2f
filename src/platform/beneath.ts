/**
 * {@link FilesBeneath} over system calls, on every engine. openat2(2) refuses in the kernel every path that
 * leaves the folder, so nobody can exchange a link between a check and its use. An operation on a name opens
 * the folder that contains it, and names it relative to that folder.
 *
 * Recently used folders stay open, because a tree's files come folder by folder. If somebody moves such a
 * folder, its descriptor still refers to it, and files go into the moved folder.
 */
import { concatBytes } from "../base/bytes.ts";
import { isWithin } from "../base/path.ts";
import { struct, u64 } from "../base/struct.ts";
import { bytesToName } from "../base/text.ts";
import { chunksOf } from "./files.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  ERRNO_NAMES,
  O_CLOEXEC,
  O_CREAT,
  O_PATH,
  O_RDONLY,
  PATH_MAX,
  RESOLVE_BENEATH,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFSOCK,
  STATX_BASIC_STATS,
  type SYSCALLS,
} from "./linux-abi.ts";
import { bothTimes, namesInFolder, OPEN_FLAGS } from "./linux-files.ts";
import {
  type Files,
  type FilesBeneath,
  leadsOut,
  type SpecialKind,
  type SyscallArgument,
  SystemError,
} from "./platform.ts";
import { statusByStatx } from "./statx.ts";

/** What an engine provides. */
export interface BeneathEngine {
  /** Returns the raw result, -errno on failure. */
  call(name: keyof typeof SYSCALLS, ...words: readonly SyscallArgument[]): number;
  /** A name as an argument; throws `EINVAL` if it contains a NUL. */
  nameWord(action: string, name: string): string | Uint8Array;
  readonly descriptors: Pick<
    Files,
    "read" | "write" | "truncate" | "setModeOf" | "setTimeOf" | "fsync" | "close"
  >;
  /** Records the path of an open file for messages. */
  remember(fd: number, path: string): void;
}

/** include/uapi/linux/openat2.h: struct open_how. */
const OpenHow = struct("open_how", 24, { flags: u64, mode: u64, resolve: u64 });

/**
 * How often to try openat2(2) if it fails with EAGAIN: a folder was renamed while the kernel resolved `..`.
 */
const ATTEMPTS = 64;
const FOLDERS_KEPT = 8;

const SPECIAL_TYPES: { readonly [K in SpecialKind]: number } = {
  char: S_IFCHR,
  block: S_IFBLK,
  fifo: S_IFIFO,
  socket: S_IFSOCK,
};

export function filesBeneath(engine: BeneathEngine, folder: string): FilesBeneath {
  const { read, write, truncate, setModeOf, setTimeOf, fsync, close } = engine.descriptors;
  const beneath = new Beneath(engine, folder);
  return {
    read,
    write,
    truncate,
    setModeOf,
    setTimeOf,
    fsync,
    close,
    ...openings(beneath),
    ...namings(beneath),
  };
}

/** The folder, and the lookup of paths from it. */
class Beneath {
  readonly #engine: BeneathEngine;
  readonly #folder: string;
  readonly #root: number;
  /** Open folders by their path from the root, the most recently used last. */
  readonly #kept = new Map<string, number>();

  constructor(engine: BeneathEngine, folder: string) {
    this.#engine = engine;
    this.#folder = folder.replace(/(.)\/+$/, "$1");
    const word = engine.nameWord("open", folder);
    this.#root = this.checked("open", folder, engine.call("openat", AT_FDCWD, word, O_PATH | O_CLOEXEC));
  }

  get descriptors(): BeneathEngine["descriptors"] {
    return this.#engine.descriptors;
  }

  /** Opens what `path` leads to; the caller closes the descriptor. */
  open(action: string, path: string, flags: number, permissions = 0): number {
    return this.#openFromRoot(action, path, this.#relative(action, path), flags, permissions);
  }

  remember(fd: number, path: string): void {
    this.#engine.remember(fd, path);
  }

  /** Opens what `path` leads to while `body` runs. */
  within<T>(action: string, path: string, flags: number, body: (fd: number) => T): T {
    const fd = this.open(action, path, flags);
    try {
      return body(fd);
    } finally {
      this.raw("close", fd);
    }
  }

  /** The last name of `path`, and the open folder that contains it: valid for two more calls. */
  place(action: string, path: string): readonly [folder: number, name: string | Uint8Array] {
    const relative = this.#relative(action, path);
    const slash = relative.lastIndexOf("/");
    const folder = slash < 0 ? this.#root : this.#folderAt(action, path, relative.slice(0, slash));
    return [folder, this.#engine.nameWord(action, relative.slice(slash + 1) || ".")];
  }

  word(action: string, name: string): string | Uint8Array {
    return this.#engine.nameWord(action, name);
  }

  /** Closes the kept folders, because their paths may lead elsewhere from now on. */
  forget(): void {
    for (const fd of this.#kept.values()) this.raw("close", fd);
    this.#kept.clear();
  }

  release(): void {
    this.forget();
    this.raw("close", this.#root);
  }

  raw(name: keyof typeof SYSCALLS, ...words: readonly SyscallArgument[]): number {
    return this.#engine.call(name, ...words);
  }

  /** Returns `result`, or throws if it is a failure. */
  checked(action: string, path: string, result: number): number {
    if (result >= 0) return result;
    throw new SystemError(action, path, ERRNO_NAMES[-result] ?? `errno ${-result}`);
  }

  #relative(action: string, path: string): string {
    const isNamed = isWithin(path, this.#folder) && !path.split("/").includes("..");
    if (!isNamed) throw leadsOut(action, path, this.#folder);
    return path.slice(this.#folder.length).replace(/^\/+|\/+$/g, "");
  }

  #folderAt(action: string, path: string, relative: string): number {
    const kept = this.#kept.get(relative);
    const fd = kept ?? this.#openFromRoot(action, path, relative, O_PATH);
    this.#kept.delete(relative);
    this.#kept.set(relative, fd);
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.size > FOLDERS_KEPT) {
      this.#kept.delete(oldest[0]);
      this.raw("close", oldest[1]);
    }
    return fd;
  }

  #openFromRoot(action: string, path: string, relative: string, flags: number, permissions = 0): number {
    const how = OpenHow.encode({
      flags: flags | O_CLOEXEC,
      mode: (flags & O_CREAT) === 0 ? 0 : permissions & 0o7777,
      resolve: RESOLVE_BENEATH,
    });
    const word = this.#engine.nameWord(action, relative === "" ? "." : relative);
    let result = this.raw("openat2", this.#root, word, how, how.length);
    for (let attempt = 1; isErrno(result, "EAGAIN") && attempt < ATTEMPTS; attempt++)
      result = this.raw("openat2", this.#root, word, how, how.length);
    if (isErrno(result, "EXDEV")) throw leadsOut(action, path, this.#folder);
    return this.checked(action, path, result);
  }
}

function isErrno(result: number, name: string): boolean {
  return result < 0 && ERRNO_NAMES[-result] === name;
}

/** `undefined` if a folder on the way is missing or is not a folder. */
function whereFound<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = error instanceof SystemError ? error.code : "";
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    return undefined;
  }
}

type Opening = "open" | "statusFollowed" | "list" | "readFile" | "setMode";

/** Operations that follow links. */
function openings(beneath: Beneath): Pick<FilesBeneath, Opening> {
  const { descriptors } = beneath;
  const open: Files["open"] = (path, mode, permissions = 0o666) => {
    const fd = beneath.open("open", path, OPEN_FLAGS[mode], permissions);
    beneath.remember(fd, path);
    return fd;
  };
  return {
    open,
    statusFollowed: (path) =>
      whereFound(() =>
        beneath.within("look at", path, O_PATH, (fd) =>
          statusByStatx(path, (buffer) =>
            beneath.raw("statx", fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, buffer),
          ),
        ),
      ),
    list: (folder) =>
      beneath.within("list", folder, O_RDONLY, (fd) =>
        namesInFolder((buffer) =>
          beneath.checked("list", folder, beneath.raw("getdents64", fd, buffer, buffer.length)),
        ),
      ),
    readFile(path) {
      const fd = open(path, "read");
      try {
        return concatBytes(Array.from(chunksOf(descriptors, fd), (chunk) => chunk.slice()));
      } finally {
        descriptors.close(fd);
      }
    },
    setMode: (path, mode) =>
      beneath.within("set the mode of", path, O_PATH, (fd) => {
        const result = beneath.raw("fchmodat2", fd, "", mode, AT_EMPTY_PATH);
        // Before Linux 6.6 only /proc sets the mode of an O_PATH descriptor. The C libraries do the same.
        const isOld = isErrno(result, "ENOSYS");
        const set = isOld ? beneath.raw("fchmodat", AT_FDCWD, `/proc/self/fd/${fd}`, mode) : result;
        beneath.checked("set the mode of", path, set);
      }),
  };
}

/** Operations on a name itself. */
function namings(beneath: Beneath): Omit<FilesBeneath, Opening | keyof BeneathEngine["descriptors"]> {
  const at = (
    action: string,
    path: string,
    name: keyof typeof SYSCALLS,
    words: (folder: number, name: string | Uint8Array) => readonly SyscallArgument[],
  ): number => beneath.checked(action, path, beneath.raw(name, ...words(...beneath.place(action, path))));
  return {
    ...removals(beneath),
    status: (path) =>
      whereFound(() => {
        const place = beneath.place("look at", path);
        return statusByStatx(path, (buffer) =>
          beneath.raw("statx", ...place, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer),
        );
      }),
    makeFolder: (path, permissions = 0o777) =>
      void at("make folder", path, "mkdirat", (folder, name) => [folder, name, permissions]),
    symlink: (target, path) =>
      void at("make link", path, "symlinkat", (...place) => [beneath.word("make link", target), ...place]),
    readLink(path) {
      const buffer = new Uint8Array(PATH_MAX);
      const length = at("read link", path, "readlinkat", (...place) => [...place, buffer, buffer.length]);
      return bytesToName(buffer.subarray(0, length));
    },
    link: (existing, path) =>
      void at("make hard link", path, "linkat", (...place) => [
        ...beneath.place("make hard link", existing),
        ...place,
        0,
      ]),
    setTime(path, seconds) {
      const times = new Uint8Array(bothTimes(seconds).buffer);
      at("set the time of", path, "utimensat", (...place) => [...place, times, AT_SYMLINK_NOFOLLOW]);
    },
    setOwner: (path, uid, gid) =>
      void at("set the owner of", path, "fchownat", (...place) => [...place, uid, gid, AT_SYMLINK_NOFOLLOW]),
    makeSpecial(path, kind, { major, minor }, permissions = 0o666) {
      // include/linux/kdev_t.h: new_encode_dev
      const device = ((minor & ~0xff) << 12) | (major << 8) | (minor & 0xff);
      const mode = SPECIAL_TYPES[kind] | permissions;
      at("make", path, "mknodat", (...place) => [...place, mode, device]);
    },
    release: () => beneath.release(),
  };
}

/** Operations after which a path may lead to a different folder. */
function removals(beneath: Beneath): Pick<FilesBeneath, "removeFolder" | "removeFile" | "rename"> {
  const remove = (action: string, path: string, flags: number): void => {
    beneath.checked(action, path, beneath.raw("unlinkat", ...beneath.place(action, path), flags));
    beneath.forget();
  };
  return {
    removeFolder: (path) => remove("remove folder", path, AT_REMOVEDIR),
    removeFile: (path) => remove("remove", path, 0),
    rename(from, to) {
      const places = [...beneath.place("rename", from), ...beneath.place("rename", to)];
      beneath.checked("rename", `${from} to ${to}`, beneath.raw("renameat", ...places));
      beneath.forget();
    },
  };
}
