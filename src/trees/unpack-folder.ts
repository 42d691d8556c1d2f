/**
 * Unpacks the members of a tar archive into a folder, safely: no name leads out of it, whether through `..`,
 * an absolute path, a symlink from an earlier member or a hard link. Modes (all bits) and times are the
 * archive's, whatever the umask. Owners and extended attributes are not applied; callers can take them from
 * {@link UnpackOptions.onMember}.
 *
 * The folders on a member's path are checked once and remembered; files are created with O_EXCL, which
 * follows no link, so a member costs no look-ups.
 */
import { Bq2Error, errorCode } from "../base/error.ts";
import type { TarMember } from "../formats/tar/members.ts";
import { cleanMemberPath, hostile, parentOf, resolveLink } from "../formats/tar/path.ts";
import type { TarHandler } from "../formats/tar/reader.ts";
import { MAXSYMLINKS } from "../platform/linux-abi.ts";
import type { TreeFiles } from "../platform/platform.ts";
import { linkLeadsOut } from "./link-target.ts";

export interface UnpackOptions {
  /** Leading names to drop, by default 0; members with fewer, and files with no more, are left out. */
  readonly stripComponents?: number;
  /** Maps a path (already stripped), or leaves out the member (`undefined`). */
  readonly rename?: (path: string) => string | undefined;
  /** Device nodes and fifos: refused (the default), skipped, or made at `place` by the caller. */
  readonly devices?: "refuse" | "skip" | ((place: string, member: TarMember) => void);
  /** Symlinks that lead out of the folder (never followed here): refused (the default), or kept. */
  readonly outsideLinks?: "refuse" | "keep";
  /** Called with each unpacked member and its final path, for a manifest of owners. */
  readonly onMember?: (path: string, member: TarMember) => void;
  /** Stops archives made to fill the disk. */
  readonly limits?: UnpackLimits;
}

export interface UnpackLimits {
  /** Bytes of all files together, holes included. */
  readonly totalBytes: number;
  readonly members: number;
}

/** Far above any source archive (a kernel: 1.5 GB, 88,000 members), far below a full disk. */
export const DEFAULT_LIMITS: UnpackLimits = { totalBytes: 64 * 2 ** 30, members: 2_000_000 };

/** Modes of folders without a member, and of folders while they are filled. */
const IMPLIED_FOLDER_MODE = 0o755;
const FILLING_FOLDER_MODE = 0o700;

/** A name followed by `..`: if the name is a link, `..` leads elsewhere than the text says. */
const GOES_BACK = /(^|\/)(?!\.{0,2}\/)[^/]+\/+(\.\/+)*\.\.(\/|$)/;

export class FolderUnpacker implements TarHandler {
  readonly #files: TreeFiles;
  readonly #root: string;
  readonly #options: UnpackOptions;
  readonly #limits: UnpackLimits;
  /** Folders known to exist: path in members → real path, links resolved. */
  readonly #folders = new Map<string, string>([["", ""]]);
  /**
   * Modes and times of folders, set at the end: filling a folder changes its time, and its mode may forbid
   * filling.
   */
  readonly #folderFacts = new Map<string, { readonly mode: number; readonly mtime: number }>();
  /** Whether a file created with this mode gets it (the umask may clear bits). */
  readonly #modeIsKept = new Map<number, boolean>();
  /** Links whose text passes through a name and back: where they lead is known once all links exist. */
  readonly #linksBack = new Map<string, TarMember>();
  #memberCount = 0;
  #totalBytes = 0;
  #open: { readonly fd: number; readonly path: string; readonly member: TarMember } | undefined;

  /** `root` is the absolute path of an existing folder; a new one gets its mode and time from here. */
  constructor(files: TreeFiles, root: string, rootIsNew: boolean, options: UnpackOptions) {
    this.#files = files;
    this.#root = root;
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    if (rootIsNew) this.#folderFacts.set("", { mode: IMPLIED_FOLDER_MODE, mtime: 0 });
  }

  member(member: TarMember): void {
    this.#count(member);
    const path = this.#finalPath(member.path);
    if (path === undefined) return;
    if (path === "" && member.kind !== "folder") {
      if ((this.#options.stripComponents ?? 0) > 0) return; // a file beside the stripped folder
      throw hostile(member.path, "a name that is the folder itself");
    }
    switch (member.kind) {
      case "folder":
        this.#folderFacts.set(this.#folder(path, member), { mode: member.mode, mtime: member.mtime });
        break;
      case "file":
        this.#startFile(this.#place(path, member), member);
        break;
      case "symlink":
        this.#putSymlink(path, member);
        break;
      case "hardlink":
        this.#putHardlink(path, member);
        break;
      case "char":
      case "block":
      case "fifo":
        if (!this.#putDevice(path, member)) return;
    }
    this.#options.onMember?.(path, member);
  }

  data(bytes: Uint8Array, offset: number): void {
    if (this.#open === undefined) return; // a member that is left out
    this.#files.write(this.#open.fd, bytes, this.#open.member.ranges === undefined ? null : offset);
  }

  memberEnd(): void {
    if (this.#open === undefined) return;
    const { fd, path, member } = this.#open;
    if (member.ranges !== undefined) this.#files.truncate(fd, member.size);
    if (!this.#keepsMode(path, member.mode)) this.#files.setModeOf(fd, member.mode);
    this.#files.setTimeOf(fd, member.mtime);
    this.#open = undefined;
    this.#files.close(fd);
  }

  /** After the last member: folders get their modes and times, the deepest first. */
  finish(): void {
    for (const [path, member] of this.#linksBack) {
      // A later member may have replaced the link.
      if (this.#files.status(this.#absolute(path))?.kind !== "symlink") continue;
      if (linkLeadsOut(this.#files, this.#root, path))
        throw hostile(
          member.path,
          `a symbolic link to ${member.target}, which leads out through another link`,
        );
    }
    const paths = [...this.#folderFacts].sort(([a], [b]) => b.length - a.length);
    for (const [path, { mode, mtime }] of paths) {
      this.#files.setMode(this.#absolute(path), mode);
      this.#files.setTime(this.#absolute(path), mtime);
    }
  }

  /** Closes what is open, after a failure. */
  abort(): void {
    if (this.#open !== undefined) this.#files.close(this.#open.fd);
    this.#open = undefined;
  }

  #count(member: TarMember): void {
    this.#memberCount++;
    this.#totalBytes += member.size;
    const { members, totalBytes } = this.#limits;
    if (this.#memberCount <= members && this.#totalBytes <= totalBytes) return;
    const limit = this.#memberCount > members ? `${members} members` : `${totalBytes} bytes`;
    throw new Bq2Error(
      `Cannot unpack member ${member.path}: the archive has more than the ${limit} allowed`,
      {
        code: "archive-too-large",
        hint: "raise the limit if the archive is meant to be that large; otherwise it is malicious",
      },
    );
  }

  /** The path below the root, stripped and renamed; `undefined` if the member is left out. */
  #finalPath(stored: string): string | undefined {
    const { stripComponents = 0, rename } = this.#options;
    let path = cleanMemberPath(stored);
    if (stripComponents > 0) {
      const names = path.split("/");
      if (names.length < stripComponents || path === "") return undefined;
      path = names.slice(stripComponents).join("/");
    }
    if (rename === undefined) return path;
    const renamed = rename(path);
    return renamed === undefined ? undefined : cleanMemberPath(renamed);
  }

  #absolute(path: string): string {
    return path === "" ? this.#root : `${this.#root}/${path}`;
  }

  /** The absolute path for a member, whose folder is made if it is missing. */
  #place(path: string, member: TarMember): string {
    const folder = this.#folder(parentOf(path), member);
    const name = path.slice(path.lastIndexOf("/") + 1);
    return this.#absolute(folder === "" ? name : `${folder}/${name}`);
  }

  /**
   * The real path of a folder, which is made if it is missing; links on its path must stay within the root.
   */
  #folder(path: string, member: TarMember, linksLeft = MAXSYMLINKS): string {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const parent = this.#folder(parentOf(path), member, linksLeft);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const real = parent === "" ? name : `${parent}/${name}`;
    const resolved = this.#enterFolder(real, member, linksLeft);
    this.#folders.set(path, resolved);
    return resolved;
  }

  #enterFolder(real: string, member: TarMember, linksLeft: number): string {
    const status = this.#files.status(this.#absolute(real));
    if (status?.kind === "folder") return real;
    if (status === undefined) {
      this.#files.makeFolder(this.#absolute(real), FILLING_FOLDER_MODE);
      this.#folderFacts.set(real, { mode: IMPLIED_FOLDER_MODE, mtime: member.mtime });
      return real;
    }
    if (status.kind !== "symlink")
      throw hostile(member.path, `a path through ${real}, which is not a folder`);
    const target = resolveLink(real, this.#files.readLink(this.#absolute(real)));
    if (target === undefined || linksLeft === 0) {
      throw hostile(member.path, `a path through ${real}, a symbolic link that leads out of the folder`);
    }
    return this.#folder(target, member, linksLeft - 1);
  }

  #startFile(path: string, member: TarMember): void {
    const fd = this.#replacing(path, member, () => this.#files.open(path, "create", member.mode));
    this.#open = { fd, path, member };
  }

  #putSymlink(path: string, member: TarMember): void {
    const keepsAll = this.#options.outsideLinks === "keep";
    const place = this.#place(path, member);
    const real = place.slice(this.#root.length + 1);
    if (member.target === "" || member.target.includes("\0")) {
      throw hostile(member.path, "a symbolic link with an impossible target");
    }
    if (!keepsAll && resolveLink(real, member.target) === undefined) {
      throw hostile(member.path, `a symbolic link to ${member.target}, which is outside the folder`);
    }
    if (!keepsAll && GOES_BACK.test(member.target)) this.#linksBack.set(real, member);
    this.#replacing(place, member, () => this.#files.symlink(member.target, place));
    this.#files.setTime(place, member.mtime);
  }

  #putHardlink(path: string, member: TarMember): void {
    const targetPath = this.#finalPath(member.target);
    const target = targetPath === undefined ? undefined : this.#place(targetPath, member);
    const kind = target === undefined ? undefined : this.#files.status(target)?.kind;
    if (target === undefined || (kind !== "file" && kind !== "symlink")) {
      throw hostile(
        member.path,
        `a hard link to ${member.target}, which is not an earlier file of the archive`,
      );
    }
    const place = this.#place(path, member);
    if (place === target) return;
    this.#replacing(place, member, () => this.#files.link(target, place));
  }

  /** False if it is left out. */
  #putDevice(path: string, member: TarMember): boolean {
    const { devices = "refuse" } = this.#options;
    if (devices === "skip") return false;
    if (devices === "refuse") throw hostile(member.path, `a special file (${member.kind})`);
    const place = this.#place(path, member);
    this.#replacing(place, member, () => devices(place, member));
    return true;
  }

  /** Runs `create`. If the name exists already, the later member replaces the earlier one. */
  #replacing<T>(place: string, member: TarMember, create: () => T): T {
    try {
      return create();
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
    if (this.#files.status(place)?.kind === "folder")
      throw hostile(member.path, "a name that is already a folder");
    this.#files.removeFile(place);
    this.#forgetFolders(); // it may have been a link on the path to some of them
    return create();
  }

  #forgetFolders(): void {
    this.#folders.clear();
    this.#folders.set("", "");
  }

  #keepsMode(path: string, mode: number): boolean {
    const known = this.#modeIsKept.get(mode);
    if (known !== undefined) return known;
    // Writing clears setuid and setgid (write(2)), so these are always set afterwards.
    const isKept = mode < 0o1000 && this.#files.status(path)?.mode === mode;
    this.#modeIsKept.set(mode, isKept);
    return isKept;
  }
}
