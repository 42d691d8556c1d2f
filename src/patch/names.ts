/**
 * Chooses the file that a diff changes: its headers name up to three, and the rules are those of GNU patch
 * 2.8 (pch.c: `intuit_diff_type`, `best_name`; patch(1), "Applying patches to other files"). Names that would
 * leave the tree are never chosen.
 */
import { bytesToName } from "../base/text.ts";
import { stripName } from "./header.ts";
import type { Existence, FilePatch } from "./parse.ts";

/** What the choice needs to know of the tree, by paths relative to it. */
export interface TreeLookup {
  /** Bytes of a file, or `undefined` if nothing has that name. */
  sizeOf(path: string): number | undefined;
  hasFolder(path: string): boolean;
}

export type NameChoice =
  | { readonly kind: "file"; readonly path: string }
  /** The diff creates a file that exists already, or removes one that does not. */
  | { readonly kind: "already"; readonly path: string }
  /** `names`: those that were tried; `unsafe`: those left out because they lead out of the tree. */
  | { readonly kind: "none"; readonly names: readonly string[]; readonly unsafe: readonly string[] };

export function chooseFile(patch: FilePatch, strip: number, tree: TreeLookup): NameChoice {
  const { old, new: next, index } = patch.names;
  const stated = (old ?? next) === undefined ? [index] : [old, next];
  const stripped = stated.map((name) => (name === undefined ? undefined : stripName(name, strip)));
  const named = stripped.filter((name) => name !== undefined);
  const safe = named.map(safePath).filter((path) => path !== undefined);
  const unsafe = named.filter((name) => safePath(name) === undefined);

  const existing = bestName(safe.filter((path) => tree.sizeOf(path) !== undefined));
  const last = existing ?? safe.at(-1);
  if (
    last !== undefined &&
    isAlready(patch.existence, existing === undefined ? undefined : tree.sizeOf(existing))
  ) {
    return { kind: "already", path: last };
  }
  if (existing !== undefined) return { kind: "file", path: existing };
  if (patch.existence.old !== "exists") {
    const costs = safe.map((path) => newFolders(path, tree));
    const cheapest = bestName(safe.filter((_, i) => costs[i] === Math.min(...costs)));
    if (cheapest !== undefined) return { kind: "file", path: cheapest };
  }
  return { kind: "none", names: safe, unsafe };
}

/** The two paths of git's rename or copy; `undefined` if one is missing or unsafe. */
export function movePaths(
  patch: FilePatch,
  strip: number,
): { readonly from: string; readonly to: string } | undefined {
  const [from, to] = [patch.names.old, patch.names.new].map((name) => {
    const stripped = name === undefined ? undefined : stripName(name, strip);
    return stripped === undefined ? undefined : safePath(stripped);
  });
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** How sure a diff is that a side does not exist. */
const DOUBT: { readonly [E in Existence]: number } = { exists: 0, "maybe-missing": 1, missing: 2 };

/**
 * GNU patch's `maybe_reverse`: whether a diff creates an existing file, or removes a missing one (no `size`).
 */
function isAlready(existence: FilePatch["existence"], size: number | undefined): boolean {
  const isMissing = size === undefined;
  const isEmpty = isMissing || size === 0;
  if (!isEmpty) return existence.old === "missing";
  // Git's index line means the creation or removal of an empty file: nothing is reversed.
  const [here, there] = isMissing ? [existence.new, existence.old] : [existence.old, existence.new];
  if (here === "maybe-missing" && there === "missing") return false;
  return DOUBT[existence.new] > 0;
}

/** A name as a path in the tree; `undefined` if it is absolute or leads out through `..`. */
function safePath(name: string): string | undefined {
  if (name.startsWith("/") || name.includes("\0")) return undefined;
  const names = name.split("/").filter((part) => part !== "" && part !== ".");
  if (names.length === 0 || names.includes("..")) return undefined;
  return bytesToName(Uint8Array.from(names.join("/"), (byte) => byte.charCodeAt(0)));
}

/** Fewest folders, then the shortest last name, then the shortest path; the first of equals. */
function bestName(paths: readonly string[]): string | undefined {
  const rank = (path: string) => [folderCount(path), path.length - path.lastIndexOf("/"), path.length];
  let best: string | undefined;
  for (const path of paths) if (best === undefined || isLess(rank(path), rank(best))) best = path;
  return best;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, at) => value !== b[at]);
  return i >= 0 && (a[i] ?? 0) < (b[i] ?? 0);
}

function folderCount(path: string): number {
  return path.split("/").length - 1;
}

/** Folders that would have to be made to hold `path`. */
function newFolders(path: string, tree: TreeLookup): number {
  const names = path.split("/");
  let there = 0;
  while (there < names.length - 1 && tree.hasFolder(names.slice(0, there + 1).join("/"))) there++;
  return names.length - 1 - there;
}
