/**
 * An uncompressed tar archive as a {@link Tree}, without unpacking it: headers are read at once, contents
 * when they are needed. Missing parent folders are added; of two members with the same path the later wins;
 * symlinks are kept and never followed.
 */
import { compareNames } from "../../base/text.ts";
import { type Content, type Entry, NO_ATTRIBUTES, type Tree } from "../tree.ts";
import { paddingAfter } from "./header.ts";
import { damagedTar, type TarMember, type TarNeed, tarMembers } from "./members.ts";
import { cleanMemberPath, hostile, parentOf } from "./path.ts";
import type { DataRange } from "./sparse.ts";

/** Headers are read through a window of this size, so that one read serves several small files in a row. */
const WINDOW_SIZE = 8 * 1024;

/** What several names can share: an entry without its path, of any kind but a hard link. */
type Node = Entry extends infer E ? (E extends { kind: "hardlink" } ? never : Omit<E, "path">) : never;

/**
 * The tree of `archive`, a whole tar archive. Throws Bq2Error `damaged-archive` or `hostile-archive`.
 */
export function indexTar(archive: Content): Tree {
  const nodes = new Map<string, Node>();
  forEachMember(archive, (member) => {
    const path = cleanMemberPath(member.path);
    nodes.set(path, member.kind === "hardlink" ? linkedNode(nodes, member) : nodeOf(archive, member));
    addParents(nodes, path, member.mtime);
  });
  return sortedTree(nodes);
}

function forEachMember(archive: Content, visit: (member: TarMember) => void): void {
  const read = windowReader(archive);
  const members = tarMembers();
  let offset = 0;
  let answer: Uint8Array = new Uint8Array(0);
  for (;;) {
    const result: IteratorResult<TarNeed, void> = members.next(answer);
    if (result.done === true) return;
    const need = result.value;
    if (need.kind === "bytes") {
      answer = read(offset, need.length);
      offset += answer.length;
      continue;
    }
    const { member } = need;
    offset = member.dataOffset + member.stored;
    if (offset > archive.size)
      throw damagedTar({ offset: archive.size, member: member.path }, "it ends within a member");
    visit(member);
    offset += paddingAfter(member.stored);
  }
}

/** Reads up to `length` bytes at any offset, and more ahead; the result is valid until the next read. */
function windowReader(archive: Content): (offset: number, length: number) => Uint8Array {
  let buffer = new Uint8Array(WINDOW_SIZE);
  let start = 0;
  let filled = 0;
  return (offset, length) => {
    if (offset < start || offset + length > start + filled) {
      if (length > buffer.length) buffer = new Uint8Array(length);
      start = offset;
      filled = Math.min(buffer.length, Math.max(0, archive.size - offset));
      archive.read(buffer, 0, filled, offset);
    }
    return buffer.subarray(offset - start, Math.min(offset - start + length, filled));
  };
}

function nodeOf(archive: Content, member: TarMember): Node {
  const { mode, uid, gid, mtime, attributes } = member;
  const base = { mode, uid, gid, mtime, attributes };
  switch (member.kind) {
    case "file":
      return { ...base, kind: "file", content: contentIn(archive, member) };
    case "symlink":
      return { ...base, kind: "symlink", target: member.target };
    case "char":
    case "block":
      return { ...base, kind: member.kind, ...member.device };
    case "folder":
    case "fifo":
      return { ...base, kind: member.kind };
    case "hardlink":
      throw new RangeError("a hard link does not have its own node");
  }
}

/** The node that a hard link shares with an earlier member. */
function linkedNode(nodes: ReadonlyMap<string, Node>, member: TarMember): Node {
  const node = nodes.get(cleanMemberPath(member.target));
  if (node === undefined || node.kind === "folder") {
    throw hostile(
      member.path,
      `a hard link to ${member.target}, which is not an earlier file of the archive`,
    );
  }
  return node;
}

function addParents(nodes: Map<string, Node>, path: string, mtime: number): void {
  for (let at = path; at !== ""; ) {
    at = parentOf(at);
    if (nodes.has(at)) return;
    nodes.set(at, { kind: "folder", mode: 0o755, uid: 0, gid: 0, mtime, attributes: NO_ATTRIBUTES });
  }
}

/**
 * Sorted as a {@link Tree}. A file's first name in that order becomes the file, the others hard links to it.
 */
function sortedTree(nodes: Map<string, Node>): Tree {
  if (!nodes.has("")) addParents(nodes, "x", 0);
  // A slash must sort before every other byte, so that a folder's contents follow it immediately.
  const keyed = Array.from(nodes, ([path, node]) => ({ path, node, key: path.replaceAll("/", "\0") }));
  keyed.sort((a, b) => compareNames(a.key, b.key));
  const firstPaths = new Map<Node, string>();
  const tree: Entry[] = [];
  for (const { path, node } of keyed) {
    if (path !== "" && nodes.get(parentOf(path))?.kind !== "folder") {
      throw hostile(path, `a member below ${parentOf(path)}, which is not a folder`);
    }
    const first = node.kind === "file" ? firstPaths.get(node) : undefined;
    if (first === undefined) {
      firstPaths.set(node, path);
      tree.push({ ...node, path });
    } else {
      const { mode, uid, gid, mtime, attributes } = node;
      tree.push({ path, kind: "hardlink", target: first, mode, uid, gid, mtime, attributes });
    }
  }
  return tree;
}

function contentIn(archive: Content, member: TarMember): Content {
  const { size, dataOffset, ranges } = member;
  if (ranges !== undefined) return sparseContentIn(archive, size, dataOffset, ranges);
  return new StoredContent(archive, size, dataOffset);
}

/** Contiguous bytes of the archive. A class, because archives can have more than 100,000 members. */
class StoredContent implements Content {
  readonly #archive: Content;
  readonly #dataOffset: number;
  readonly size: number;

  constructor(archive: Content, size: number, dataOffset: number) {
    this.#archive = archive;
    this.#dataOffset = dataOffset;
    this.size = size;
  }

  ranges(): readonly DataRange[] {
    return this.size === 0 ? [] : [{ offset: 0, length: this.size }];
  }

  read(buffer: Uint8Array, start: number, length: number, offset: number): void {
    this.#archive.read(buffer, start, length, this.#dataOffset + offset);
  }
}

function sparseContentIn(
  archive: Content,
  size: number,
  dataOffset: number,
  ranges: readonly DataRange[],
): Content {
  return {
    size,
    ranges: () => mergeTouching(ranges),
    read(buffer, start, length, offset) {
      buffer.fill(0, start, start + length);
      let storedAt = dataOffset;
      for (const range of ranges) {
        const from = Math.max(offset, range.offset);
        const to = Math.min(offset + length, range.offset + range.length);
        if (from < to) archive.read(buffer, start + from - offset, to - from, storedAt + from - range.offset);
        storedAt += range.length;
      }
    },
  };
}

/** Joins adjacent ranges: a tree has none, an archive may. */
function mergeTouching(ranges: readonly DataRange[]): DataRange[] {
  const merged: DataRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && last.offset + last.length === range.offset) {
      merged[merged.length - 1] = { offset: last.offset, length: last.length + range.length };
    } else {
      merged.push(range);
    }
  }
  return merged;
}
