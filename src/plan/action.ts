/**
 * Actions: the primitive operations that a step expands to. Actions inside a namespace name paths as seen
 * there. Actions of the coordinator name values only, because a plan contains no host paths.
 */
import * as v from "valibot";
import { AbsolutePath, InnerPath, PlainName } from "./names.ts";

const Text = v.string();
export const EnvSchema = v.record(v.string(), v.string());

/** The argument with which a call of GNU make asks to share the build's jobs. It is replaced at run time. */
export const SHARED_JOBS = "-j{jobs}";

/** Runs a program. See {@link SHARED_JOBS}. */
export const RunSchema = v.strictObject({
  kind: v.literal("run"),
  argv: v.pipe(v.array(Text), v.minLength(1)),
  cwd: AbsolutePath,
  env: EnvSchema,
});
/**
 * Compiles each of `sources` to an object in `folder`, as many at once as there are free jobs. The command is
 * `argv`, then `-c`, the source, `-o` and the object, whose name is {@link objectName}.
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

/** Writes a whole file, and makes missing folders above it. `mode` is octal text, such as `"0644"`. */
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
/** Makes `path` a symbolic link to `target`; replaces an existing link. */
export const SymlinkSchema = v.strictObject({ kind: v.literal("symlink"), path: AbsolutePath, target: Text });
/**
 * Copies a file, or a folder with its contents, to `to`, which must not exist. Keeps modes and links. `only`:
 * copies only the files of a folder whose names end with it, such as `.h`; empty: all.
 */
export const CopySchema = v.strictObject({
  kind: v.literal("copy"),
  from: AbsolutePath,
  to: AbsolutePath,
  only: Text,
});
/** Removes a file, or a folder with its contents. It must exist. */
export const RemoveSchema = v.strictObject({ kind: v.literal("remove"), path: AbsolutePath });
/** Applies a unified diff from the project's `pkgs/` below `folder`, after checking the diff's sha256. */
export const PatchActionSchema = v.strictObject({
  kind: v.literal("patch"),
  folder: AbsolutePath,
  file: InnerPath,
  sha256: v.pipe(Text, v.regex(/^[0-9a-f]{64}$/, "not a sha256")),
});
/** Fails if an option does not have the requested value in a finished Kconfig `.config`. */
export const CheckKconfigSchema = v.strictObject({
  kind: v.literal("check-kconfig"),
  config: AbsolutePath,
  options: v.array(v.strictObject({ option: Text, value: Text })),
});

/** The actions that are complete in themselves; a patch only names its text. */
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

/** Fetches and verifies the archives of the pins. */
export const FetchSchema = v.strictObject({ kind: v.literal("fetch-sources"), pins: v.array(PlainName) });
/**
 * Resolves the seed and lays out its tree. `packages`: what a Debian seed installs, each with one of its
 * programs, which shows whether another seed has it.
 */
export const PopulateSeedSchema = v.strictObject({
  kind: v.literal("populate-seed"),
  seed: Text,
  packages: v.array(v.strictObject({ name: Text, program: Text })),
});
/** Unpacks the archives of the pins, each to its own source tree. */
export const ExtractSchema = v.strictObject({ kind: v.literal("extract-sources"), pins: v.array(PlainName) });
/** Stages this project's own source for the steps that are built from it (`OWN_SOURCES`). */
export const StageSourceSchema = v.strictObject({ kind: v.literal("stage-source") });
/**
 * Stages folders of the user for the steps that copy them. `from` is relative to the folder of the system
 * file; `name` is what a step's `sources` call it. The digests are found at run time.
 */
export const StageFoldersSchema = v.strictObject({
  kind: v.literal("stage-folders"),
  folders: v.array(v.strictObject({ name: PlainName, from: InnerPath })),
});
/** Packs the finished rootfs as `<file>.tar.gz`. `program`: the `bq2` that packs it in the bq2 namespace. */
export const PackRootfsSchema = v.strictObject({
  kind: v.literal("pack-rootfs"),
  file: PlainName,
  program: AbsolutePath,
});
/**
 * Writes the disk image: the rootfs, and its own `kernel` on the ESP. `size` is in bytes; `program` as above.
 * With `sources`, /workspace contains this project's own source and every pinned archive. `modules` are the
 * npm packages that this project imports; `only` lists the path endings to include (none: all).
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

/** Actions that the coordinator carries out itself. */
export const CoordinatorActionSchema = v.variant("kind", [
  FetchSchema,
  PopulateSeedSchema,
  ExtractSchema,
  StageSourceSchema,
  StageFoldersSchema,
  PackRootfsSchema,
  WriteImageSchema,
]);
export type CoordinatorAction = v.InferOutput<typeof CoordinatorActionSchema>;

export type Action = InsideAction | CoordinatorAction;
