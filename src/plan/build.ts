/**
 * How a package is built: a union of a few styles, each with only the fields that vary. A plan keeps these
 * fields unexpanded, so that overrides can set them or append to them; `recipe/expansions.ts` expands them.
 * Every field is always present (empty if unused), so that an unknown field is recognized.
 */
import * as v from "valibot";
import { CoordinatorActionSchema, InsideActionSchema } from "./action.ts";

const Words = v.array(v.string());
const MakeCall = v.strictObject({ targets: Words, flags: Words });

/** `./configure`, `make`, `make install`; out of tree unless `inTree`. */
export const ConfigureMakeSchema = v.strictObject({
  kind: v.literal("configure-make"),
  inTree: v.boolean(),
  /** Actions before `./configure`. */
  prepare: v.array(InsideActionSchema),
  configureFlags: Words,
  make: MakeCall,
  install: MakeCall,
  /** Actions after `make install`. */
  finish: v.array(InsideActionSchema),
});

/** A Makefile without configure. */
export const MakeSchema = v.strictObject({
  kind: v.literal("make"),
  make: MakeCall,
  install: MakeCall,
  finish: v.array(InsideActionSchema),
});

/** Kconfig and kbuild (Linux, busybox), out of tree in the step's build folder (`O=`). */
export const KbuildSchema = v.strictObject({
  kind: v.literal("kbuild"),
  /** Requested options. The build fails if the finished configuration lacks one. */
  options: v.array(v.strictObject({ option: v.string(), value: v.string() })),
  /** Path of the file of options that `configure` reads. */
  answers: v.string(),
  configure: MakeCall,
  make: MakeCall,
  /** Targets are empty if `finish` installs. */
  install: MakeCall,
  /** Given to every call of make. */
  flags: Words,
  finish: v.array(InsideActionSchema),
});

/**
 * A list of files and the flags to compile them with: no configure, no make. For packages with few files and
 * nothing that a configure script would have to find out.
 */
export const CompileListSchema = v.strictObject({
  kind: v.literal("compile-list"),
  /** Names of programs, such as `x86_64-bq2-linux-musl-gcc`. */
  compiler: v.string(),
  archiver: v.string(),
  flags: Words,
  /** Below the source tree, or absolute. */
  sources: Words,
  /** A static library of all objects, or a program linked from them; absolute paths. */
  output: v.variant("kind", [
    v.strictObject({ kind: v.literal("library"), file: v.string() }),
    v.strictObject({ kind: v.literal("program"), file: v.string(), flags: Words, libraries: Words }),
  ]),
  /** Copied from the source tree to absolute paths. */
  headers: v.array(v.strictObject({ from: v.string(), to: v.string() })),
  /** Actions before compiling. */
  prepare: v.array(InsideActionSchema),
  finish: v.array(InsideActionSchema),
});

/** A list of actions, for a package that fits no style; `why` gives the reason. */
export const ActionsSchema = v.strictObject({
  kind: v.literal("actions"),
  why: v.pipe(v.string(), v.minLength(1)),
  actions: v.array(InsideActionSchema),
});

/** A coordinator step: downloads, the seed, the artifacts. */
export const CoordinatorBuildSchema = v.strictObject({
  kind: v.literal("coordinator"),
  action: CoordinatorActionSchema,
});

export const BuildSchema = v.variant("kind", [
  ConfigureMakeSchema,
  MakeSchema,
  KbuildSchema,
  CompileListSchema,
  ActionsSchema,
  CoordinatorBuildSchema,
]);
export type Build = v.InferOutput<typeof BuildSchema>;
