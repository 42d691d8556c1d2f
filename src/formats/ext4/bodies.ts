/**
 * What each node keeps on the disk, computed once from its entry: which blocks of a file hold data, how a
 * folder's names are packed, where attributes go. Planning counts it, storing writes it.
 */
import { nameToBytes } from "../../base/text.ts";
import type { Content } from "../tree.ts";
import { type AttributePlaces, placeAttributes } from "./attributes.ts";
import { logicalRunsOf } from "./content.ts";
import type { DirectoryEntry } from "./directory.ts";
import { extentCount, type LogicalRun, treeBlockCount } from "./extents.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import type { NameHasher } from "./hash.ts";
import { fitsOneBlock, hashedBlockCount, type Leaf, packLeaves } from "./htree.ts";
import { FIRST_INODE } from "./inode.ts";
import { badTree, directoryEntriesOf, type Node } from "./nodes.ts";

/** mke2fs makes lost+found this large, so that e2fsck need not allocate while it repairs. */
const LOST_AND_FOUND_BLOCKS = 4;
/** Targets shorter than this are kept in the inode (fs/ext4: `EXT4_N_BLOCKS * 4`, NUL included). */
const FAST_SYMLINK_BYTES = 60;
const MAX_TARGET_BYTES = BLOCK_SIZE - 1; // the kernel ends it with a NUL within one block

/** `runs`: the blocks of the file that need blocks of the disk. */
export type Body =
  | {
      readonly kind: "file";
      readonly runs: readonly LogicalRun[];
      readonly content: Content;
      readonly ranges: ReturnType<Content["ranges"]>;
    }
  /** Names that fit into one block, in the tree's order. */
  | { readonly kind: "list"; readonly runs: readonly LogicalRun[]; readonly names: readonly DirectoryEntry[] }
  /** A hashed directory. */
  | { readonly kind: "index"; readonly runs: readonly LogicalRun[]; readonly leaves: readonly Leaf[] }
  | { readonly kind: "long-target"; readonly runs: readonly LogicalRun[]; readonly target: Uint8Array }
  | { readonly kind: "short-target"; readonly target: Uint8Array }
  | { readonly kind: "device"; readonly major: number; readonly minor: number }
  | { readonly kind: "none" };

/** A node with everything known but its place on the disk. */
export interface PlannedNode {
  readonly node: Node;
  readonly body: Body;
  readonly attributes: AttributePlaces;
}

export function planNode(node: Node, hashOf: NameHasher): PlannedNode {
  const { attributes, path } = node.entry;
  return { node, body: bodyOf(node, hashOf), attributes: placeAttributes(attributes, path) };
}

/** Blocks that a node takes if no metadata interrupts it. */
export function blockCountOf({ body, attributes }: PlannedNode): number {
  const attributeBlocks = attributes.encodeBlock === undefined ? 0 : 1;
  if (!("runs" in body)) return attributeBlocks;
  const dataBlocks = body.runs.reduce((sum, run) => sum + run.count, 0);
  return attributeBlocks + dataBlocks + treeBlockCount(extentCount(body.runs));
}

function bodyOf(node: Node, hashOf: NameHasher): Body {
  const { entry } = node;
  switch (entry.kind) {
    case "file": {
      const { content } = entry;
      const ranges = content.ranges();
      return { kind: "file", runs: logicalRunsOf(content.size, ranges, entry.path), content, ranges };
    }
    case "folder":
      return folderBodyOf(node, hashOf);
    case "symlink": {
      const target = symlinkTarget(entry.target, entry.path);
      return target.length < FAST_SYMLINK_BYTES
        ? { kind: "short-target", target }
        : { kind: "long-target", runs: oneRun(1), target };
    }
    case "char":
    case "block":
      return { kind: "device", major: entry.major, minor: entry.minor };
    case "fifo":
    case "socket":
      return { kind: "none" };
  }
}

function folderBodyOf(node: Node, hashOf: NameHasher): Body {
  const names = directoryEntriesOf(node);
  if (fitsOneBlock(names)) {
    return { kind: "list", runs: oneRun(node.inode === FIRST_INODE ? LOST_AND_FOUND_BLOCKS : 1), names };
  }
  const leaves = packLeaves(names, hashOf, node.entry.path);
  return { kind: "index", runs: oneRun(hashedBlockCount(leaves.length)), leaves };
}

function oneRun(count: number): readonly LogicalRun[] {
  return [{ logical: 0, count }];
}

/** The bytes of a link's target. Throws `bad-tree` if ext4 cannot store them. */
function symlinkTarget(target: string, path: string): Uint8Array {
  const bytes = nameToBytes(target);
  if (bytes.length === 0 || bytes.length > MAX_TARGET_BYTES || bytes.includes(0)) {
    throw badTree(
      path,
      `a link needs a target of 1 to ${MAX_TARGET_BYTES} bytes without NUL, found ${bytes.length}`,
    );
  }
  return bytes;
}
