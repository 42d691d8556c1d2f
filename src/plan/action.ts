/**
 * Actions: the primitive operations that a step expands to. Those that run inside a namespace name
 * paths as seen there; those that run on the host name values only, since host paths are no part of a plan.
 */
import * as v from "valibot";
import { AbsolutePath, InnerPath, PlainName } from "./names.ts";

const Text = v.string();
export const EnvSchema = v.record(v.string(), v.string());

/**
 * The argument by which a call of GNU make says that it shares the jobs of the build; replaced when it runs.
 */
export const SHARED_JOBS = "-j{jobs}";

/** Runs a program. See {@link SHARED_JOBS}. */
export const RunSchema = v.strictObject({
  kind: v.literal("run"),
  argv: v.pipe(v.array(Text), v.minLength(1)),
  cwd: AbsolutePath,
  env: EnvSchema,
});
/**
 * Compiles each of `sources` to an object in `folder`, as many at once as there are jobs left: `argv`, then `-c`, the source,
 * `-o` and the object, which is called {@link objectName}.
 */
export const CompileSchema = v.strictObject({
  kind: v.literal("compile"),
  argv: v.pipe(v.array(Text), v.minLength(1)),
  sources: v.array(AbsolutePath),
  folder: AbsolutePath,
  env: EnvSchema,
});
/** `/workspace/src/zlib-1.3.1/trees.c` becomes `workspace_src_zlib-1.3.1_trees.o`: unique within a step. */
export function objectName(source: string): string {
  return `${source
    .slice(1)
    .replaceAll("/", "_")
    .replace(/\.[^.]*$/, "")}.o`;
}

/** Writes a whole file; missing folders above it are made. `mode` in octal text, such as `"0644"`. */
export const WriteFileSchema = v.strictObject({
  kind: v.literal("write-file"),
  path: AbsolutePath,
  mode: v.pipe(Text, v.regex(/^[0-7]{4}$/, "not four octal digits")),
  text: Text,
});
export const MakeFolderSchema = v.strictObject({
  kind: v.literal("make-folder"),
  path: AbsolutePath,
  mode: v.pipe(Text, v.regex(/^[0-7]{4}$/, "not four octal digits")),
});
/** Makes `path` a symbolic link to `target`; an older link of that name is replaced. */
export const SymlinkSchema = v.strictObject({ kind: v.literal("symlink"), path: AbsolutePath, target: Text });
/**
 * Copies a file, or a folder with all it holds, to `to`, which must not exist; modes and links are
 * kept. `only`: of a folder, just the files whose names end so, such as `.h`; empty: all.
 */
export const CopySchema = v.strictObject({
  kind: v.literal("copy"),
  from: AbsolutePath,
  to: AbsolutePath,
  only: Text,
});
/** Removes a file or a folder with all it holds; a missing one is an error. */
export const RemoveSchema = v.strictObject({ kind: v.literal("remove"), path: AbsolutePath });
/** Applies a unified diff of the project's `pkgs/`, held to its sha256, below `folder`. */
export const PatchActionSchema = v.strictObject({
  kind: v.literal("patch"),
  folder: AbsolutePath,
  file: InnerPath,
  sha256: v.pipe(Text, v.regex(/^[0-9a-f]{64}$/, "not a sha256")),
});
/** Fails where an option that was asked for is not so in a finished Kconfig `.config`. */
export const CheckKconfigSchema = v.strictObject({
  kind: v.literal("check-kconfig"),
  config: AbsolutePath,
  options: v.array(v.strictObject({ option: Text, value: Text })),
});

/** Those that say all there is to know; a patch only names its text. */
export const COMPLETE_ACTION_SCHEMAS = [
  RunSchema,
  CompileSchema,
  WriteFileSchema,
  MakeFolderSchema,
  SymlinkSchema,
  CopySchema,
  RemoveSchema,
  CheckKconfigSchema,
] as const;

/** Actions that run inside a step's namespace. */
export const InsideActionSchema = v.variant("kind", [...COMPLETE_ACTION_SCHEMAS, PatchActionSchema]);
export type InsideAction = v.InferOutput<typeof InsideActionSchema>;

/** Fetches and verifies the archives of these pins. */
export const FetchSchema = v.strictObject({ kind: v.literal("fetch-sources"), pins: v.array(PlainName) });
/**
 * Resolves the seed and lays its tree out. `packages`: what a Debian seed installs, each with a program of it,
 * by which another seed is seen to have it.
 */
export const PopulateSeedSchema = v.strictObject({
  kind: v.literal("populate-seed"),
  seed: Text,
  packages: v.array(v.strictObject({ name: Text, program: Text })),
});
/** Unpacks the archives of these pins, each to a source tree of its own. */
export const ExtractSchema = v.strictObject({ kind: v.literal("extract-sources"), pins: v.array(PlainName) });
/** Takes this project's own source over, for the steps that are built from it (`OWN_SOURCES`). */
export const StageSourceSchema = v.strictObject({ kind: v.literal("stage-source") });
/** Packs the finished rootfs as `<file>.tar.gz`. `program`: the `bq2` that does it in the bq2 namespace. */
export const PackRootfsSchema = v.strictObject({
  kind: v.literal("pack-rootfs"),
  file: PlainName,
  program: AbsolutePath,
});
/**
 * Writes the disk image: the rootfs, and its own `kernel` on the ESP. `size` in bytes; `program` as above. With `sources`, /workspace holds
 * this project's own source and every pinned archive; `modules` are the packages that this project imports, each with
 * the ends of the paths that are wanted of it (none: all).
 */
export const WriteImageSchema = v.strictObject({
  kind: v.literal("write-image"),
  file: PlainName,
  program: AbsolutePath,
  kernel: AbsolutePath,
  size: v.pipe(v.number(), v.integer()),
  sources: v.nullable(
    v.strictObject({
      modules: v.array(v.strictObject({ module: InnerPath, pin: PlainName, only: v.array(Text) })),
    }),
  ),
});

/** Actions that the coordinator carries out by itself. */
export const CoordinatorActionSchema = v.variant("kind", [
  FetchSchema,
  PopulateSeedSchema,
  ExtractSchema,
  StageSourceSchema,
  PackRootfsSchema,
  WriteImageSchema,
]);
export type CoordinatorAction = v.InferOutput<typeof CoordinatorActionSchema>;

export type Action = InsideAction | CoordinatorAction;
