/** Copies files and trees with their bytes, holes, modes, times, links and extended attributes. */
import { Bq2Error, errorCode } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { removeTree, syncFolder, walk } from "./files.ts";
import { type FileStatus, type Files, SystemError } from "./platform.ts";

/**
 * Copies one file to a new name, which must not exist, with its holes, mode, time and attributes. The copy is
 * not flushed to the disk: the original still exists, and one fsync(2) per file takes minutes for a tree.
 */
export function copyFile(files: Files, from: string, to: string): void {
  const status = files.status(from);
  if (status === undefined) throw new SystemError("copy", from, "ENOENT");
  if (status.kind !== "file") throw notCopied(from, status);
  copyBytes(files, from, to, status.size);
  copyFacts(files, from, to, status);
}

function copyBytes(files: Files, from: string, to: string, size: number): void {
  const target = files.open(to, "create", 0o600);
  try {
    copyBytesInto(files, from, target, size);
  } finally {
    files.close(target);
  }
}

/** The first `size` bytes of the file `from` into the open file `target`; holes stay holes. */
export function copyBytesInto(files: Files, from: string, target: number, size: number): void {
  const source = files.open(from, "read");
  try {
    for (const { offset, length } of files.dataRanges(source, size)) {
      files.copyRange(source, offset, target, offset, length);
    }
    files.truncate(target, size);
  } finally {
    files.close(source);
  }
}

/** The time comes last: every other change sets it. The owner is the caller: only root gives files away. */
function copyFacts(files: Files, from: string, to: string, status: FileStatus): void {
  for (const [name, value] of files.attributes(from)) files.setAttribute(to, name, value);
  if (status.kind !== "symlink") files.setMode(to, status.mode);
  files.setTime(to, status.mtime);
}

/**
 * Copies a whole tree to a new name, which must not exist. With `merge` the target may exist: folders are
 * joined, other files replaced. Hard links within the tree stay hard links. Devices, sockets and fifos are
 * refused, since nothing that this project moves contains them. The caller becomes the owner.
 */
export function copyTree(files: Files, from: string, to: string, { merge = false } = {}): void {
  const rootStatus = files.status(from);
  if (rootStatus === undefined) throw new SystemError("copy", from, "ENOENT");
  const firstNames = new Map<string, string>();
  const folders: { readonly path: string; readonly status: FileStatus }[] = [];
  const place = (path: string, status: FileStatus): void => {
    const [source, target] = [`${from}${path}`, `${to}${path}`];
    const there = merge ? files.status(target) : undefined;
    if (there !== undefined && there.kind !== "folder") files.removeFile(target);
    const first =
      status.linkCount > 1 && status.kind !== "folder" ? firstNames.get(status.identity) : undefined;
    if (first !== undefined) {
      files.link(first, target);
      return;
    }
    firstNames.set(status.identity, target);
    if (status.kind === "folder") {
      if (there?.kind !== "folder") files.makeFolder(target, 0o700);
      folders.push({ path, status });
    } else if (status.kind === "symlink") {
      files.symlink(files.readLink(source), target);
      copyFacts(files, source, target, status);
    } else {
      copyFile(files, source, target);
    }
  };
  place("", rootStatus);
  if (rootStatus.kind === "folder")
    for (const { path, status } of walk(files, from)) place(`/${path}`, status);
  // Deepest first and at the end: filling a folder changes its time, and a read-only folder cannot be filled.
  for (const { path, status } of folders.reverse()) {
    syncFolder(files, `${to}${path}`);
    copyFacts(files, `${from}${path}`, `${to}${path}`, status);
  }
}

/**
 * Moves a file or tree to a new name, which must not exist. Across file systems it copies under a temporary
 * name, renames the complete copy, and then removes the original.
 */
export function moveTree(files: Files, from: string, to: string): void {
  if (files.status(to) !== undefined) throw new SystemError("move", `${from} to ${to}`, "EEXIST");
  try {
    files.rename(from, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    const temporary = `${to}.partial`;
    removeTree(files, temporary);
    try {
      copyTree(files, from, temporary);
      files.rename(temporary, to);
    } catch (failure) {
      removeTree(files, temporary); // the copy may have filled the disk
      throw failure;
    }
    syncFolder(files, dirname(to));
    removeTree(files, from);
  }
}

function notCopied(path: string, status: FileStatus): Bq2Error {
  return new Bq2Error(`Cannot copy ${path}: it is a ${status.kind}`, {
    code: "unsupported-kind",
    hint: "only files, folders and symbolic links are copied",
  });
}
