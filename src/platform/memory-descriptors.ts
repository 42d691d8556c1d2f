/** Open files of the file system in memory. */
import type { FileInode, FolderInode, MemoryTree, Place } from "./memory-tree.ts";
import { MAY_READ, MAY_WRITE } from "./memory-tree.ts";
import { type Files, type OpenMode, SystemError } from "./platform.ts";

type Operation =
  | "open"
  | "read"
  | "write"
  | "truncate"
  | "fsync"
  | "close"
  | "readFile"
  | "writeFile"
  | "dataRanges"
  | "copyRange"
  | "tryLock";

interface Surroundings {
  readonly tree: MemoryTree;
  readonly nowSeconds: () => number;
  readonly makeFile: (place: Place, permissions: number) => FileInode;
}

interface OpenFile {
  readonly path: string;
  readonly inode: FileInode | FolderInode;
  readonly mode: OpenMode;
  position: number;
}

const FIRST_FD = 3;

const NEEDED: { readonly [M in OpenMode]: number } = {
  read: MAY_READ,
  write: MAY_WRITE,
  create: MAY_WRITE,
  update: MAY_READ | MAY_WRITE,
};

export class MemoryDescriptors {
  readonly #open = new Map<number, OpenFile>();
  readonly #around: Surroundings;
  readonly operations: Pick<Files, Operation>;

  constructor(around: Surroundings) {
    this.#around = around;
    this.operations = {
      open: (path, mode, permissions = 0o666) => this.#openFile(path, mode, permissions),
      read: (fd, buffer, offset, length, position) => {
        const file = this.#file("read", fd);
        if (file.mode === "write" || file.mode === "create")
          throw new SystemError("read", file.path, "EBADF");
        const count = file.inode.content.read(buffer, offset, length, position ?? file.position);
        if (position === null) file.position += count;
        return count;
      },
      write: (fd, bytes, position) => {
        const file = this.#file("write to", fd);
        if (file.mode === "read") throw new SystemError("write to", file.path, "EBADF");
        naming(file.path, () => file.inode.content.write(bytes, position ?? file.position));
        if (position === null) file.position += bytes.length;
        file.inode.mtime = around.nowSeconds();
      },
      truncate: (fd, size) => {
        const file = this.#file("resize", fd);
        if (file.mode === "read") throw new SystemError("resize", file.path, "EINVAL");
        file.inode.content.resize(size);
        file.inode.mtime = around.nowSeconds();
      },
      fsync: (fd) => void this.#any("flush", fd),
      close: (fd) => {
        const { inode } = this.#any("close", fd);
        this.#open.delete(fd);
        if (inode.kind === "file" && inode.linkCount === 0) this.forget(inode);
      },
      readFile: (path) => {
        const fd = this.#openFile(path, "read", 0);
        try {
          const { inode } = this.#file("read", fd);
          const bytes = new Uint8Array(inode.content.size);
          inode.content.read(bytes, 0, bytes.length, 0);
          return bytes;
        } finally {
          this.operations.close(fd);
        }
      },
      writeFile: (path, content, permissions = 0o666) => {
        const fd = this.#openFile(path, "write", permissions);
        try {
          this.operations.write(fd, content, null);
        } finally {
          this.operations.close(fd);
        }
      },
      dataRanges: (fd, size) => this.#file("find the holes of", fd).inode.content.dataRanges(size),
      copyRange: (fromFd, fromOffset, toFd, toOffset, length) => {
        const bytes = new Uint8Array(length);
        const count = this.operations.read(fromFd, bytes, 0, length, fromOffset);
        const { path } = this.#any("read", fromFd);
        if (count < length) throw new SystemError("read (it ended early)", path, "EIO");
        this.operations.write(toFd, bytes, toOffset);
      },
      tryLock: (path) => {
        const fd = this.#openFile(path, "update", 0o666);
        const { inode } = this.#file("lock", fd);
        const isFree = !inode.isLocked;
        if (isFree) inode.isLocked = true;
        else this.operations.close(fd);
        let held = isFree;
        const release = (): void => {
          if (!held) return;
          held = false;
          inode.isLocked = false;
          this.operations.close(fd);
        };
        return isFree ? { release } : undefined;
      },
    };
  }

  /** Gives the room of a file back that has no name any more, once nobody has it open. */
  forget(inode: FileInode): void {
    for (const file of this.#open.values()) if (file.inode === inode) return;
    inode.content.resize(0);
  }

  #openFile(path: string, mode: OpenMode, permissions: number): number {
    const fail = (code: string): never => {
      throw new SystemError("open", path, code);
    };
    const place = this.#around.tree.find("open", path, mode !== "create");
    let inode = place.inode;
    if (inode === undefined) {
      if (mode === "read") return fail("ENOENT");
      this.#around.tree.needWritable("open", path, place.folder);
      inode = this.#around.makeFile(place, permissions);
    } else {
      if (mode === "create") return fail("EEXIST");
      if (inode.kind !== "file" && inode.kind !== "folder") return fail("ENXIO");
      if (inode.kind === "folder" && mode !== "read") return fail("EISDIR");
      if (!this.#around.tree.may(inode, NEEDED[mode])) return fail("EACCES");
      if (inode.kind === "file" && mode === "write") inode.content.resize(0);
    }
    let fd = FIRST_FD;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, { path, inode, mode, position: 0 });
    return fd;
  }

  #any(action: string, fd: number): OpenFile {
    const file = this.#open.get(fd);
    if (file === undefined) throw new SystemError(action, `descriptor ${fd}`, "EBADF");
    return file;
  }

  #file(action: string, fd: number): OpenFile & { readonly inode: FileInode } {
    const file = this.#any(action, fd);
    if (file.inode.kind !== "file") throw new SystemError(action, file.path, "EISDIR");
    return file as OpenFile & { readonly inode: FileInode };
  }
}

/** The disk does not know whose page it could not give. */
function naming(path: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    throw error instanceof SystemError ? new SystemError("write to", path, error.code, error) : error;
  }
}
