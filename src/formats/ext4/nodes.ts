/**
 * Turns a tree into numbered nodes: which entries get an inode, which names each folder has, how many links
 * there are. Checks that a file system can store the tree. Nothing has a place on the disk yet.
 */
import { Bq2Error } from "../../base/error.ts";
import { compareNames, nameToBytes } from "../../base/text.ts";
import { type Entry, NO_ATTRIBUTES, type Tree } from "../tree.ts";
import { type DirectoryEntry, MAX_NAME_BYTES } from "./directory.ts";
import { FIRST_INODE, KIND_CODES, MAX_LINKS, MAX_MAJOR, MAX_MINOR, ROOT_INODE } from "./inode.ts";

/** An entry with its own inode. */
export type NodeEntry = Exclude<Entry, { readonly kind: "hardlink" }>;

export interface Node {
  readonly entry: NodeEntry;
  readonly inode: number;
  /** The value of i_links_count. */
  readonly links: number;
  /** Inode of the folder with its first name; the root's is its own. */
  readonly parent: number;
  /** A folder's names, in the tree's order; empty for other kinds. */
  readonly names: readonly Name[];
}

export interface Name {
  readonly name: string;
  readonly node: Node;
}

interface GrowingNode extends Node {
  links: number;
  readonly names: Name[];
}

const LOST_AND_FOUND = "lost+found";
const NO_NAMES: Name[] = [];

/**
 * The nodes in ascending order of inodes: the root, `lost+found` (added with mode 0700 if the tree has none),
 * the others in the tree's order. Throws a Bq2Error `bad-tree`.
 */
export function nodesOf(tree: Tree, epoch: number): Node[] {
  const root = tree[0];
  if (root === undefined || root.path !== "" || root.kind !== "folder") {
    throw badTree(root?.path ?? "", `the root folder "" is wanted as the first entry`);
  }
  checkEntry(root);
  const nodes = new NodeList(root, tree, epoch);
  for (const entry of tree.slice(1)) nodes.add(entry);
  return nodes.finish();
}

/** The names of a folder as directory entries. */
export function directoryEntriesOf(node: Node): DirectoryEntry[] {
  return node.names.map(({ name, node: { inode, entry } }) => ({
    name: nameToBytes(name),
    inode,
    fileType: KIND_CODES[entry.kind].fileType,
  }));
}

class NodeList {
  readonly #nodes: GrowingNode[] = [];
  readonly #lostAndFound: GrowingNode;
  /** From the root to the folder that was filled last. */
  readonly #open: GrowingNode[];
  readonly #linkTargets: ReadonlySet<string>;
  readonly #targets = new Map<string, GrowingNode>();

  constructor(root: NodeEntry & { readonly kind: "folder" }, tree: Tree, epoch: number) {
    const rootNode = { entry: root, inode: ROOT_INODE, links: 2, parent: ROOT_INODE, names: [] };
    const given = tree.find((entry) => entry.path === LOST_AND_FOUND);
    if (given !== undefined && given.kind !== "folder") {
      throw badTree(
        LOST_AND_FOUND,
        `a folder is wanted, because e2fsck puts what it rescues there; found a ${given.kind}`,
      );
    }
    const made = {
      path: LOST_AND_FOUND,
      mode: 0o700,
      uid: 0,
      gid: 0,
      mtime: epoch,
      attributes: NO_ATTRIBUTES,
    };
    this.#lostAndFound = {
      entry: given ?? { ...made, kind: "folder" },
      inode: FIRST_INODE,
      links: 2,
      parent: ROOT_INODE,
      names: [],
    };
    this.#nodes.push(rootNode, this.#lostAndFound);
    this.#open = [rootNode];
    this.#linkTargets = new Set(tree.flatMap((entry) => (entry.kind === "hardlink" ? [entry.target] : [])));
  }

  add(entry: Entry): void {
    checkEntry(entry);
    const slash = entry.path.lastIndexOf("/");
    if (slash === 0)
      throw badTree(entry.path, "paths are relative to the root folder; found a leading slash");
    const folder = this.#enter(entry.path, slash < 0 ? "" : entry.path.slice(0, slash));
    const name = entry.path.slice(slash + 1);
    checkName(name, entry.path);
    checkOrder(folder, name, entry.path);
    addName(
      folder,
      name,
      entry.kind === "hardlink" ? this.#linkTo(entry) : this.#create(entry, folder.inode),
    );
  }

  finish(): Node[] {
    const [root] = this.#nodes;
    const isThere = root?.names.some(({ node }) => node === this.#lostAndFound);
    if (root !== undefined && !isThere) addName(root, LOST_AND_FOUND, this.#lostAndFound);
    for (const { entry, links } of this.#nodes) {
      if (entry.kind !== "folder" && links > MAX_LINKS) {
        throw badTree(entry.path, `ext4 allows ${MAX_LINKS} hard links of one file, found ${links}`);
      }
    }
    return this.#nodes.map((node) => (node.links > MAX_LINKS ? { ...node, links: 1 } : node));
  }

  /** The open folder at `folderPath`; those below it are closed. */
  #enter(path: string, folderPath: string): GrowingNode {
    for (;;) {
      const folder = this.#open.at(-1);
      if (folder === undefined)
        throw badTree(path, "its folder is wanted directly before its contents; found none there");
      if (folder.entry.path === folderPath) return folder;
      this.#open.pop();
    }
  }

  #create(entry: NodeEntry, parent: number): GrowingNode {
    const node = entry.path === LOST_AND_FOUND ? this.#lostAndFound : this.#number(entry, parent);
    if (entry.kind === "folder") this.#open.push(node);
    else if (this.#linkTargets.has(entry.path)) this.#targets.set(entry.path, node);
    return node;
  }

  #number(entry: NodeEntry, parent: number): GrowingNode {
    const isFolder = entry.kind === "folder";
    // The root and lost+found, at 0 and 1, have inodes 2 and 11; the others follow without gaps.
    const inode = FIRST_INODE - 1 + this.#nodes.length;
    const node = { entry, inode, links: isFolder ? 2 : 0, parent, names: isFolder ? [] : NO_NAMES };
    this.#nodes.push(node);
    return node;
  }

  #linkTo(entry: Entry & { readonly kind: "hardlink" }): GrowingNode {
    const node = this.#targets.get(entry.target);
    if (node === undefined) {
      throw badTree(
        entry.path,
        `a hard link needs its file "${entry.target}" earlier in the tree; found none`,
      );
    }
    if (this.#linkTargets.has(entry.path)) this.#targets.set(entry.path, node);
    return node;
  }
}

/** A subfolder's `..` is a link to the folder; any other name is a link to the file. */
function addName(folder: GrowingNode, name: string, node: GrowingNode): void {
  folder.names.push({ name, node });
  if (node.entry.kind === "folder") folder.links++;
  else node.links++;
}

function checkName(name: string, path: string): void {
  const length = nameToBytes(name).length;
  if (length > MAX_NAME_BYTES)
    throw badTree(path, `names of up to ${MAX_NAME_BYTES} bytes are allowed, found ${length}`);
  if (name === "" || name === "." || name === ".." || name.includes("\0")) {
    throw badTree(path, `"${name}" cannot be a name in a folder`);
  }
}

function checkOrder(folder: GrowingNode, name: string, path: string): void {
  const last = folder.names.at(-1);
  if (last === undefined || compareNames(last.name, name) < 0) return;
  throw badTree(path, `names are wanted once each and in byte order; found it after "${last.name}"`);
}

function checkEntry(entry: Entry): void {
  const wholeNumber = (what: string, value: number, max: number) => {
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw badTree(entry.path, `a ${what} from 0 to ${max} is wanted, found ${value}`);
    }
  };
  wholeNumber("mode", entry.mode, 0o7777);
  wholeNumber("user id", entry.uid, 0xffffffff);
  wholeNumber("group id", entry.gid, 0xffffffff);
  if (!Number.isFinite(entry.mtime))
    throw badTree(entry.path, `a time in seconds is wanted, found ${entry.mtime}`);
  if (entry.kind === "char" || entry.kind === "block") {
    wholeNumber("major device number", entry.major, MAX_MAJOR);
    wholeNumber("minor device number", entry.minor, MAX_MINOR);
  }
}

export function badTree(path: string, problem: string): Bq2Error {
  return new Bq2Error(`Cannot store "${path}" in ext4: ${problem}`, {
    code: "bad-tree",
    hint: "change or leave out that entry of the tree",
  });
}
