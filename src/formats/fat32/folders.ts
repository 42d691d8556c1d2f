/**
 * The folders of a FAT32 file system: which cluster each file and folder starts at, and the folders'
 * bytes (Microsoft fatgen103, "FAT Directory Structure").
 */
import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { ascii, struct, u8, u16, u32 } from "../../base/struct.ts";
import { compareNames } from "../../base/text.ts";
import type { Content } from "../tree.ts";
import { type FatName, fatNames } from "./names.ts";

export interface FatFile {
  /** Names with `/` between them: `EFI/BOOT/BOOTX64.EFI`. */
  readonly path: string;
  readonly content: Content;
}

/** Consecutive clusters that hold one file or folder. */
export interface Extent {
  readonly first: number;
  readonly count: number;
}

export interface PlacedFolder {
  readonly firstCluster: number;
  readonly bytes: Uint8Array;
  /** The folder's files that are not empty. */
  readonly files: readonly { readonly firstCluster: number; readonly content: Content }[];
}

export interface FolderLayout {
  readonly folders: readonly PlacedFolder[];
  readonly extents: readonly Extent[];
  readonly clustersUsed: number;
}

export interface FolderLayoutOptions {
  readonly files: readonly FatFile[];
  /** Empty for no label. */
  readonly label: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly clusterSize: number;
  readonly firstCluster: number;
}

const ATTR_VOLUME_ID = 0x08;
const ATTR_DIRECTORY = 0x10;
const ATTR_ARCHIVE = 0x20;
const ENTRY_SIZE = 32;
const FOLDER_SIZE_LIMIT = 65_536 * ENTRY_SIZE; // fatgen103: at most 65,536 entries a folder
const FILE_SIZE_LIMIT = 0xffffffff; // DIR_FileSize has 32 bits

/** fatgen103, "FAT 32 Byte Directory Entry Structure". */
export const DirectoryEntry = struct("FAT directory entry", ENTRY_SIZE, {
  shortName: ascii(11, " "),
  attributes: u8,
  ntReserved: u8,
  creationTenths: u8,
  creationTime: u16,
  creationDate: u16,
  accessDate: u16,
  firstClusterHigh: u16,
  writeTime: u16,
  writeDate: u16,
  firstClusterLow: u16,
  size: u32,
});

/** A file, or a folder with its children, not yet placed. */
interface Node {
  readonly children: Map<string, Node>;
  readonly content: Content | undefined;
}

/** A node with its names and its clusters; `firstCluster` is 0 for an empty file. */
interface PlacedNode {
  readonly name: FatName | undefined;
  readonly firstCluster: number;
  readonly content: Content | undefined;
  readonly children: readonly PlacedNode[];
}

/** Places files and folders one after another: each folder before its contents, siblings sorted by name. */
export function layOutFolders(options: FolderLayoutOptions): FolderLayout {
  const extents: Extent[] = [];
  let next = options.firstCluster;
  const allocate = (size: number): number => {
    const count = Math.ceil(size / options.clusterSize);
    if (count === 0) return 0;
    extents.push({ first: next, count });
    next += count;
    return next - count;
  };

  const place = (node: Node, name: FatName | undefined): PlacedNode => {
    if (node.content !== undefined) {
      return { name, content: node.content, firstCluster: allocate(node.content.size), children: [] };
    }
    const sorted = [...node.children].sort(([a], [b]) => compareNames(a, b));
    const names = fatNames(sorted.map(([childName]) => childName));
    const size = folderSize(names);
    const firstCluster = allocate(size);
    const children = sorted.map(([, child], index) => place(child, names[index]));
    return { name, content: undefined, firstCluster, children };
  };

  const root = place(treeOf(options.files), undefined);
  const folders: PlacedFolder[] = [];
  collectFolders(root, undefined, options, folders);
  return { folders, extents, clustersUsed: next - options.firstCluster };
}

/** Two entries for `.` and `..`, or the root's label; then each name with its long entries. */
function folderSize(names: readonly FatName[]): number {
  const size = names.reduce((sum, name) => sum + name.longEntries.length + ENTRY_SIZE, 2 * ENTRY_SIZE);
  if (size > FOLDER_SIZE_LIMIT) {
    throw new Bq2Error(`Cannot store ${names.length} names in one FAT folder: 65,536 entries are the limit`, {
      code: "bad-fat-name",
    });
  }
  return size;
}

function treeOf(files: readonly FatFile[]): Node {
  const root: Node = { children: new Map(), content: undefined };
  for (const file of files) {
    if (file.content.size > FILE_SIZE_LIMIT) {
      throw new Bq2Error(
        `Cannot store ${file.path} on FAT32: ${file.content.size} bytes, less than 4 GiB wanted`,
        {
          code: "fat-file-too-large",
        },
      );
    }
    const names = file.path.split("/");
    const fileName = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      const child: Node = folder.children.get(name) ?? { children: new Map(), content: undefined };
      folder.children.set(name, child);
      folder = child;
    }
    if (folder.content !== undefined || folder.children.has(fileName)) {
      throw new Bq2Error(`Cannot store ${file.path} on FAT: another file has that path`, {
        code: "bad-fat-name",
      });
    }
    folder.children.set(fileName, { children: new Map(), content: file.content });
  }
  return root;
}

/** Depth first: this folder, then those below it. */
function collectFolders(
  folder: PlacedNode,
  parent: PlacedNode | undefined,
  options: FolderLayoutOptions,
  out: PlacedFolder[],
): void {
  const files = folder.children.flatMap(({ content, firstCluster }) =>
    content === undefined || content.size === 0 ? [] : [{ content, firstCluster }],
  );
  out.push({ firstCluster: folder.firstCluster, bytes: encodeFolder(folder, parent, options), files });
  for (const child of folder.children) {
    if (child.content === undefined) collectFolders(child, folder, options, out);
  }
}

function encodeFolder(
  folder: PlacedNode,
  parent: PlacedNode | undefined,
  options: FolderLayoutOptions,
): Uint8Array {
  const stamp = fatTimestamp(options.time);
  const entry = (shortName: string, attributes: number, firstCluster: number, size = 0): Uint8Array =>
    DirectoryEntry.encode({
      shortName,
      attributes,
      creationTime: stamp.time,
      creationDate: stamp.date,
      accessDate: stamp.date,
      firstClusterHigh: firstCluster >>> 16,
      writeTime: stamp.time,
      writeDate: stamp.date,
      firstClusterLow: firstCluster & 0xffff,
      size,
    });
  const parentCluster = parent?.name === undefined ? 0 : parent.firstCluster; // fatgen103: 0 means the root
  const labelEntries = options.label === "" ? [] : [entry(options.label, ATTR_VOLUME_ID, 0)];
  const head =
    parent === undefined
      ? labelEntries
      : [entry(".", ATTR_DIRECTORY, folder.firstCluster), entry("..", ATTR_DIRECTORY, parentCluster)];
  const children = folder.children.flatMap(({ name, content, firstCluster }) => {
    if (name === undefined) return [];
    const attributes = content === undefined ? ATTR_DIRECTORY : ATTR_ARCHIVE;
    return [name.longEntries, entry(name.short, attributes, firstCluster, content?.size)];
  });
  return concatBytes([...head, ...children]);
}

/** fatgen103, "Date and Time Formats", in UTC. */
function fatTimestamp(seconds: number): { readonly date: number; readonly time: number } {
  const FIRST = 315_532_800; // 1980-01-01T00:00:00Z
  const LAST = 4_354_819_198; // 2107-12-31T23:59:58Z
  const moment = new Date(Math.min(Math.max(seconds, FIRST), LAST) * 1000);
  return {
    date: ((moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
  };
}
