/** Open files of the file system in memory. */
import { asKept } from "../linux-files.ts";
import { type Files, type OpenMode, SystemError } from "../platform.ts";
import { FileContent, type MemoryDisk } from "./disk.ts";
import {
  type FileInode,
  type FolderInode,
  type Inode,
  MAY_READ,
  MAY_WRITE,
  type MemoryTree,
  type Place,
} from "./tree.ts";

export interface OpenFile {
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

/** The operations of {@link Files} on descriptors, as bound fields, so that they can be spread. */
export class OpenFiles {
  readonly #open: Map<number, OpenFile>;
  readonly #tree: MemoryTree;
  readonly #disk: MemoryDisk;

  /** `open` holds the open files of the whole tree, also when `tree` is a part of it. */
  constructor(tree: MemoryTree, disk: MemoryDisk, open: Map<number, OpenFile>) {
    this.#open = open;
    this.#tree = tree;
    this.#disk = disk;
  }

  readonly open: Files["open"] = (path, mode, permissions = 0o666) => {
    const fail = (code: string): never => {
      throw new SystemError("open", path, code);
    };
    const place = this.#tree.find("open", path, mode !== "create");
    let inode = place.inode;
    if (inode === undefined) {
      if (mode === "read") return fail("ENOENT");
      this.#tree.needWritable("open", path, place.folder);
      inode = this.#newFile(place, permissions);
    } else {
      if (mode === "create") return fail("EEXIST");
      if (inode.kind !== "file" && inode.kind !== "folder") return fail("ENXIO");
      if (inode.kind === "folder" && mode !== "read") return fail("EISDIR");
      if (!this.#tree.may(inode, NEEDED[mode])) return fail("EACCES");
      if (inode.kind === "file" && mode === "write") {
        inode.content.resize(0);
        this.#tree.contentChanged(inode);
      }
    }
    let fd = FIRST_FD;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, { path, inode, mode, position: 0 });
    return fd;
  };

  readonly read: Files["read"] = (fd, buffer, offset, length, position) => {
    const file = this.#file("read", fd);
    if (file.mode === "write") throw new SystemError("read", file.path, "EBADF");
    const count = file.inode.content.read(buffer, offset, length, position ?? file.position);
    if (position === null) file.position += count;
    return count;
  };

  readonly write: Files["write"] = (fd, bytes, position) => {
    const file = this.#file("write to", fd);
    if (file.mode === "read") throw new SystemError("write to", file.path, "EBADF");
    naming(file.path, () => file.inode.content.write(bytes, position ?? file.position));
    if (position === null) file.position += bytes.length;
    this.#tree.contentChanged(file.inode);
  };

  readonly truncate: Files["truncate"] = (fd, size) => {
    const file = this.#file("resize", fd);
    if (file.mode === "read") throw new SystemError("resize", file.path, "EINVAL");
    file.inode.content.resize(size);
    this.#tree.contentChanged(file.inode);
  };

  readonly setModeOf: Files["setModeOf"] = (fd, mode) => {
    this.#owned("set the mode of", fd).mode = mode & 0o7777;
  };

  readonly setTimeOf: Files["setTimeOf"] = (fd, seconds) => {
    this.#owned("set the time of", fd).mtime = asKept(seconds);
  };

  readonly fsync: Files["fsync"] = (fd) => {
    this.#any("flush", fd);
  };

  readonly close: Files["close"] = (fd) => {
    const { inode } = this.#any("close", fd);
    this.#open.delete(fd);
    this.reclaim(inode);
  };

  readonly readFile: Files["readFile"] = (path) => {
    const fd = this.open(path, "read");
    try {
      const { content } = this.#file("read", fd).inode;
      const bytes = new Uint8Array(content.size);
      content.read(bytes, 0, bytes.length, 0);
      return bytes;
    } finally {
      this.close(fd);
    }
  };

  readonly writeFile: Files["writeFile"] = (path, content, permissions = 0o666) => {
    const fd = this.open(path, "write", permissions);
    try {
      this.write(fd, content, null);
    } finally {
      this.close(fd);
    }
  };

  readonly dataRanges: Files["dataRanges"] = (fd, size) =>
    this.#file("find the holes of", fd).inode.content.dataRanges(size);

  readonly copyRange: Files["copyRange"] = (fromFd, fromOffset, toFd, toOffset, length) => {
    const bytes = new Uint8Array(length);
    const count = this.read(fromFd, bytes, 0, length, fromOffset);
    const { path } = this.#any("read", fromFd);
    if (count < length) throw new SystemError("read (it ended early)", path, "EIO");
    this.write(toFd, bytes, toOffset);
  };

  readonly tryLock: Files["tryLock"] = (path) => {
    const fd = this.open(path, "update");
    const { inode } = this.#file("lock", fd);
    if (inode.isLocked) {
      this.close(fd);
      return undefined;
    }
    inode.isLocked = true;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        inode.isLocked = false;
        this.close(fd);
      },
    };
  };

  /** Returns a file's pages to the disk once it has no name and is not open. */
  readonly reclaim = (inode: Inode): void => {
    if (inode.kind !== "file" || inode.linkCount > 0) return;
    for (const file of this.#open.values()) if (file.inode === inode) return;
    inode.content.resize(0);
  };

  #newFile(place: Place, permissions: number): FileInode {
    const inode: FileInode = {
      ...this.#tree.newMetadata(permissions),
      kind: "file",
      content: new FileContent(this.#disk),
      isLocked: false,
    };
    this.#tree.put(place, inode);
    return inode;
  }

  #any(action: string, fd: number): OpenFile {
    const file = this.#open.get(fd);
    if (file === undefined) throw new SystemError(action, `descriptor ${fd}`, "EBADF");
    return file;
  }

  #owned(action: string, fd: number): Inode {
    const { path, inode } = this.#any(action, fd);
    return this.#tree.requireOwned(action, path, inode);
  }

  #file(action: string, fd: number): OpenFile & { readonly inode: FileInode } {
    const file = this.#any(action, fd);
    if (file.inode.kind !== "file") throw new SystemError(action, file.path, "EISDIR");
    return file as OpenFile & { readonly inode: FileInode };
  }
}

/** Adds the path to the disk's error. */
function naming(path: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    throw error instanceof SystemError ? new SystemError("write to", path, error.code, error) : error;
  }
}
