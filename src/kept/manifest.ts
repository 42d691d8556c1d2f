/**
 * The manifest of an output: every path with its kind, mode, owner and content digest. The manifest's digest
 * names the output. It contains no times, because every output has the plan's one time.
 */
import * as v from "valibot";
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Entry, Tree } from "../formats/tree.ts";
import type { Platform } from "../platform/platform.ts";
import { contentSha256 } from "../trees/content-sha256.ts";

const Base = {
  path: v.string(),
  mode: v.number(),
  uid: v.number(),
  gid: v.number(),
};

export const ManifestEntrySchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("file"), ...Base, size: v.number(), sha256: v.string() }),
  v.strictObject({ kind: v.literal("folder"), ...Base }),
  v.strictObject({ kind: v.literal("symlink"), ...Base, target: v.string() }),
  v.strictObject({ kind: v.literal("hardlink"), ...Base, target: v.string() }),
]);
export type ManifestEntry = v.InferOutput<typeof ManifestEntrySchema>;

export const ManifestSchema = v.array(ManifestEntrySchema);
export type Manifest = readonly ManifestEntry[];

export type Owners = Readonly<Record<string, { readonly uid: number; readonly gid: number }>>;

/**
 * The manifest of a tree, with owners from `owners` by path (0:0 by default).
 *
 * @throws Bq2Error `stray-output` for devices, fifos and sockets, which outputs never contain.
 */
export function manifestOf(platform: Platform, tree: Tree, owners: Owners): ManifestEntry[] {
  return tree.map((entry) => manifestEntry(platform, entry, owners[entry.path] ?? { uid: 0, gid: 0 }));
}

function manifestEntry(platform: Platform, entry: Entry, owner: { uid: number; gid: number }): ManifestEntry {
  const base = { path: entry.path, mode: entry.mode, ...owner };
  switch (entry.kind) {
    case "file":
      return {
        kind: entry.kind,
        ...base,
        size: entry.content.size,
        sha256: contentSha256(platform.bulk, entry.content),
      };
    case "folder":
      return { kind: entry.kind, ...base };
    case "symlink":
    case "hardlink":
      return { kind: entry.kind, ...base, target: entry.target };
    case "char":
    case "block":
    case "fifo":
    case "socket":
      throw new Bq2Error(`Cannot keep /${entry.path}: an output cannot contain a ${entry.kind}`, {
        code: "stray-output",
        hint: "omit it in the step; the kernel's devtmpfs makes device nodes",
      });
  }
}

/** sha256 of the manifest's canonical JSON. */
export function manifestDigest(platform: Platform, manifest: Manifest): string {
  return textDigest(platform, canonicalJson(manifest));
}

/** sha256 of a text in UTF-8. */
export function textDigest(platform: Platform, text: string): string {
  const hasher = platform.bulk.sha256();
  hasher.update(encodeUtf8(text));
  return hasher.digest();
}
