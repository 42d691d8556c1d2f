/**
 * The plan: everything that will be done, as plain values. The same code, profile, architectures and seed
 * name give the same bytes on any machine; jobs, host paths and clocks never enter it.
 */
import * as v from "valibot";
import { ARCH_NAMES } from "../base/arch.ts";
import { EnvSchema } from "./action.ts";
import { BuildSchema } from "./build.ts";
import { AbsolutePath, InnerPath, NamePart, PlainName } from "./names.ts";
import { PinSchema, Sha256 } from "./source.ts";

export const PLAN_FORMAT = "bq2-plan/4";

const Name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*$/, "not a lower-case name"));

export const ArchSchema = v.picklist(ARCH_NAMES);

/** A path on the host, in the seed rootfs, or in the generated rootfs. */
export const PlanPathSchema = v.strictObject({
  root: v.picklist(["host", "seed", "bq2"]),
  path: AbsolutePath,
});
export type PlanPath = v.InferOutput<typeof PlanPathSchema>;

export const StepRefSchema = v.strictObject({ phase: Name, step: Name });
export type StepRef = v.InferOutput<typeof StepRefSchema>;

export const PatchSchema = v.strictObject({
  /** Below the project's folder, such as `pkgs/linux/no-objtool.patch`. */
  file: InnerPath,
  sha256: Sha256,
  why: v.string(),
});
export type Patch = v.InferOutput<typeof PatchSchema>;

export const StepSchema = v.strictObject({
  name: Name,
  /** Upstream's release; empty for steps that build none. */
  version: NamePart,
  /** Names of pins whose unpacked trees the step sees below /workspace/src. */
  sources: v.array(PlainName),
  patches: v.array(PatchSchema),
  /** Steps whose outputs this one sees, with everything that those need. */
  needs: v.array(StepRefSchema),
  /** Added to the phase's environment. */
  env: EnvSchema,
  prefix: AbsolutePath,
  /** The step's build folder. */
  workdir: AbsolutePath,
  /** Files that do not belong to 0:0, by their path in the output: `usr/bin/two`. */
  owners: v.record(InnerPath, v.strictObject({ uid: v.number(), gid: v.number() })),
  build: BuildSchema,
});
export type Step = v.InferOutput<typeof StepSchema>;

export const PhaseSchema = v.strictObject({
  name: Name,
  description: v.string(),
  namespace: v.picklist(["host", "seed", "bq2"]),
  /** Folder to install into (`DESTDIR`); null: the namespace's own root. */
  destdir: v.nullable(PlanPathSchema),
  /** Folders of the namespace that outputs may contain. Anything that a step writes elsewhere is an error. */
  writes: v.array(AbsolutePath),
  env: EnvSchema,
  steps: v.array(StepSchema),
});
export type Phase = v.InferOutput<typeof PhaseSchema>;

export const PlanSchema = v.strictObject({
  format: v.literal(PLAN_FORMAT),
  /** The release of `bq2` that wrote the plan; part of the artifacts' file names. */
  version: PlainName,
  /** Architecture of the system that is built. */
  arch: ArchSchema,
  /** Architecture of the seed and of the build. If it differs from `arch`, the system is cross-compiled. */
  seedArch: ArchSchema,
  profile: Name,
  seed: v.string(),
  /** SOURCE_DATE_EPOCH: the only time in any output, in seconds since 1970. */
  epoch: v.pipe(v.number(), v.integer()),
  /** Whether the image contains its own sources, in /workspace. */
  sources: v.boolean(),
  pins: v.array(PinSchema),
  phases: v.array(PhaseSchema),
});
export type Plan = v.InferOutput<typeof PlanSchema>;

/** What the evaluation of a system file returns: the plan, and every value of the system. */
export const PlannedSystemSchema = v.strictObject({ plan: PlanSchema, system: v.unknown() });
export type PlannedSystem = v.InferOutput<typeof PlannedSystemSchema>;

/** `phase/step`, the name of a step in states, logs and failure reports. */
export function stepId(phase: string, step: string): string {
  return `${phase}/${step}`;
}

/** A path as a program inside `namespace` names it. The seed sees the generated rootfs at /bq2-rootfs. */
export function pathIn(namespace: PlanPath["root"], where: PlanPath): string {
  if (where.root === namespace) return where.path;
  if (where.root === "bq2" && namespace === "seed") {
    return where.path === "/" ? BQ2_ROOTFS_IN_SEED : `${BQ2_ROOTFS_IN_SEED}${where.path}`;
  }
  throw new RangeError(`Cannot reach ${where.root}:${where.path} from the ${namespace} namespace`);
}

export const BQ2_ROOTFS_IN_SEED = "/bq2-rootfs";
