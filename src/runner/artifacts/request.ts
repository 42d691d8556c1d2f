/**
 * An artifact as a request in plain values: its entries, where their bytes are, and what to write. The same
 * request gives the same tarball or raw image, whether this process carries it out or, in the bq2 namespace,
 * the program that was just built.
 */
import * as v from "valibot";
import { canonicalJson } from "../../base/json.ts";
import type { Content, Entry, Tree } from "../../formats/tree.ts";
import { NO_ATTRIBUTES } from "../../formats/tree.ts";
import { buildImage } from "../../image/build-image.ts";
import { parseAs } from "../../plan/parse.ts";
import { ArchSchema } from "../../plan/plan.ts";
import { readText, writeFileAtomic } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import { withOutputFile } from "../../trees/output-file.ts";
import { writeTarball } from "./tarball.ts";

const Base = { path: v.string(), mode: v.number(), uid: v.number(), gid: v.number() };

const ArtifactEntrySchema = v.variant("kind", [
  /** `from`: path of the file's bytes. */
  v.strictObject({ kind: v.literal("file"), ...Base, size: v.number(), from: v.string() }),
  v.strictObject({ kind: v.literal("folder"), ...Base }),
  v.strictObject({ kind: v.literal("symlink"), ...Base, target: v.string() }),
  v.strictObject({ kind: v.literal("hardlink"), ...Base, target: v.string() }),
]);
/** An entry of a tree; its time is the request's `epoch`. */
export type ArtifactEntry = v.InferOutput<typeof ArtifactEntrySchema>;

const Common = {
  /** In tree order (`formats/tree.ts`). */
  entries: v.array(ArtifactEntrySchema),
  epoch: v.number(),
  /** Absolute path of the file to write. */
  output: v.string(),
};

export const ArtifactRequestSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("tarball"), ...Common }),
  v.strictObject({
    kind: v.literal("image"),
    ...Common,
    /** Path of the kernel's bytes. */
    kernel: v.string(),
    /** Size of the disk in bytes. */
    size: v.number(),
    arch: ArchSchema,
  }),
]);
export type ArtifactRequest = v.InferOutput<typeof ArtifactRequestSchema>;

export const ArtifactResultSchema = v.strictObject({
  /** sha256 of the uncompressed form: the .tar or the raw disk. */
  sha256: v.string(),
  /** sha256 of the disk's blocks that are not zero (`image/disk-digests.ts`); null for a tarball. */
  blocksSha256: v.nullable(v.string()),
});
export type ArtifactResult = v.InferOutput<typeof ArtifactResultSchema>;

/** Suffix of the result's file, beside the request's. */
export const RESULT_SUFFIX = ".result";

/** Carries out the request at `path`, in the bq2 namespace; returns the exit code. */
export async function artifactInside(platform: Platform, path: string): Promise<number> {
  const text = readText(platform.files, path);
  const request = parseAs(ArtifactRequestSchema, text, path, "run the step again");
  const result = await writeArtifact(platform, request);
  writeFileAtomic(platform.files, `${path}${RESULT_SUFFIX}`, canonicalJson(result));
  return 0;
}

/** Writes the requested artifact. */
export async function writeArtifact(platform: Platform, request: ArtifactRequest): Promise<ArtifactResult> {
  const sources = new OpenFiles(platform.files);
  // Every byte counts as data, because holes depend on the store's file system and would show in an image.
  const content = (from: string, size: number): Content => sources.contentOf(from, size, false);
  const tree: Tree = request.entries.map((entry) => treeEntry(entry, request.epoch, content));
  try {
    if (request.kind === "image") return await writeImage(platform, sources, tree, request);
    return { sha256: await writeTarball(platform, tree, request.output), blocksSha256: null };
  } finally {
    sources.closeAll();
  }
}

async function writeImage(
  platform: Platform,
  sources: OpenFiles,
  rootfs: Tree,
  request: ArtifactRequest & { readonly kind: "image" },
): Promise<ArtifactResult> {
  const { kernel, size, arch, epoch } = request;
  const { digests } = await withOutputFile(platform.files, request.output, (output) =>
    buildImage(platform, {
      rootfs,
      sources,
      output,
      kernel,
      isDirect: false,
      format: "compressed-qcow2",
      size,
      arch,
      epoch,
      wantsDigests: true,
    }),
  );
  if (digests === undefined) throw new RangeError("buildImage returned no digests");
  return { sha256: digests.raw, blocksSha256: digests.blocks };
}

function treeEntry(
  entry: ArtifactEntry,
  mtime: number,
  content: (from: string, size: number) => Content,
): Entry {
  const { path, mode, uid, gid } = entry;
  const base = { path, mode, uid, gid, mtime, attributes: NO_ATTRIBUTES };
  switch (entry.kind) {
    case "file":
      return { kind: "file", ...base, content: content(entry.from, entry.size) };
    case "folder":
      return { kind: "folder", ...base };
    case "symlink":
    case "hardlink":
      return { kind: entry.kind, ...base, target: entry.target };
  }
}
