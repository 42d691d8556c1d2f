/**
 * How a package is built: a union of a few styles, each with just the fields that vary. A plan keeps
 * these fields as they are, so that overrides can set or append them; `recipe/expansions.ts` expands
 * them. Every field is always there (empty where unused), which keeps unknown ones recognisable.
 */
import * as v from "valibot";
import { CoordinatorActionSchema, InsideActionSchema } from "./action.ts";

const Words = v.array(v.string());
const MakeCall = v.strictObject({ targets: Words, flags: Words });

/** `./configure`, `make`, `make install`; out of tree unless `inTree`. */
export const ConfigureMakeSchema = v.strictObject({
  kind: v.literal("configure-make"),
  inTree: v.boolean(),
  /** What comes before `./configure`. */
  prepare: v.array(InsideActionSchema),
  configureFlags: Words,
  make: MakeCall,
  install: MakeCall,
  /** What remains to be done after `make install`. */
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
  /** What is asked of the configuration; all of it must survive. */
  options: v.array(v.strictObject({ option: v.string(), value: v.string() })),
  /** Where the options are written, for `configure` to take them from. */
  answers: v.string(),
  configure: MakeCall,
  make: MakeCall,
  /** Empty targets where installing is done by `finish`. */
  install: MakeCall,
  /** Given to every call of make. */
  flags: Words,
  finish: v.array(InsideActionSchema),
});

/**
 * A list of files and the flags to compile them with: no configure, no make. For what has few files and no choices that
 * a configure script would have to make for us.
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
  /** What comes before compiling. */
  prepare: v.array(InsideActionSchema),
  finish: v.array(InsideActionSchema),
});

/** A list of actions, for what fits no style; `why` says what makes it special. */
export const ActionsSchema = v.strictObject({
  kind: v.literal("actions"),
  why: v.pipe(v.string(), v.minLength(1)),
  actions: v.array(InsideActionSchema),
});

/** Work of the coordinator itself: downloads, the seed, the finished files. */
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
