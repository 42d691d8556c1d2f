/** What is handed to the user: the rootfs tarball, the disk image, and their digests. */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { compareNames } from "../../base/text.ts";
import type { HostAction } from "../../plan/action.ts";
import type { Phase, Plan, Step } from "../../plan/plan.ts";
import { makeFolders, readText, writeFileAtomic } from "../../platform/files.ts";
import { rootfsSteps } from "../rootfs/layers.ts";
import { type RunContext, requireOutput, requireOwnSource } from "../run/context.ts";
import type { Made, StepWork } from "../step/work.ts";
import { textDigest } from "../store/manifest.ts";
import { rootfsEntries, withSources } from "./entries.ts";
import { outputInNamespace } from "./namespace.ts";
import { type OutputEntry, type OutputRequest, writeOutput } from "./request.ts";

/** Raise these where the same rootfs is to give other bytes. */
const TARBALL_FORMAT = "bq2-tarball/2";
const IMAGE_FORMAT = "bq2-image/3";

export const DIGESTS_FILE = "SHA256SUMS";

type ActionOf<K extends HostAction["kind"]> = Extract<HostAction, { kind: K }>;

/** The host action of a kind in the plan, with its file; undefined where its profile has none. */
function outputAction<K extends "pack-rootfs" | "write-image">(plan: Plan, kind: K): ActionOf<K> | undefined {
  for (const phase of plan.phases) {
    for (const { build } of phase.steps) {
      if (build.kind === "host" && build.action.kind === kind) return build.action as ActionOf<K>;
    }
  }
  return undefined;
}

/** Whether a tarball and an image are made: profile `efi` is no system. */
export function makesImage(plan: Plan): boolean {
  return outputAction(plan, "write-image") !== undefined;
}

/** @throws Bq2Error `no-output` where the plan's profile makes none. */
export function tarballPath({ plan, workspace }: RunContext): string {
  return `${workspace.output}/${requireAction(plan, "pack-rootfs").file}.tar.gz`;
}

/** @throws Bq2Error `no-output` where the plan's profile makes none. */
export function imagePath({ plan, workspace }: RunContext): string {
  return `${workspace.output}/${requireAction(plan, "write-image").file}.qcow2`;
}

const OUTPUT_NAMES = { "pack-rootfs": "rootfs tarball", "write-image": "disk image" } as const;

function requireAction<K extends keyof typeof OUTPUT_NAMES>(plan: Plan, kind: K): ActionOf<K> {
  const action = outputAction(plan, kind);
  if (action !== undefined) return action;
  throw new Bq2Error(`Cannot name the ${OUTPUT_NAMES[kind]}: profile ${plan.profile} makes none`, {
    code: "no-output",
    hint: "what it makes stands in the workspace's seed-rootfs/bq2-rootfs; other profiles make a whole system",
  });
}

export function tarballWork(context: RunContext, action: ActionOf<"pack-rootfs">): StepWork {
  const path = tarballPath(context);
  return {
    key: outputKey(context, TARBALL_FORMAT, action),
    isPresent: () => context.platform.files.status(path) !== undefined,
    stored: () => undefined,
    async make() {
      const made = await makeOutput(context, action, path, {
        kind: "tarball",
        entries: rootfsEntries(context),
        epoch: context.plan.epoch,
        output: path,
      });
      recordDigest(context, `${action.file}.tar`, made.output);
      context.log.info(`Wrote ${path}`);
      return made;
    },
  };
}

export function imageWork(context: RunContext, action: ActionOf<"write-image">): StepWork {
  const path = imagePath(context);
  const { platform, plan } = context;
  return {
    key: outputKey(context, IMAGE_FORMAT, action),
    isPresent: () => platform.files.status(path) !== undefined,
    stored: () => undefined,
    async make() {
      const rootfs = rootfsEntries(context);
      const made = await makeOutput(context, action, path, {
        kind: "image",
        entries: action.sources === null ? rootfs : withSources(context, rootfs, action.sources.modules),
        kernel: kernelFile(rootfs, action.kernel),
        epoch: plan.epoch,
        size: action.size,
        arch: plan.arch,
        output: path,
      });
      recordDigest(context, `${action.file}.raw`, made.output);
      context.log.info(`Wrote ${path}`);
      return made;
    },
  };
}

/** Where in the plan an output is made: its phase says by whom. */
interface StepPlace {
  readonly phase: Phase;
  readonly step: Step;
}

function stepOf(context: RunContext, action: HostAction): StepPlace {
  for (const phase of context.plan.phases) {
    const step = phase.steps.find(({ build }) => build.kind === "host" && build.action.kind === action.kind);
    if (step !== undefined) return { phase, step };
  }
  throw new RangeError(`Cannot find a ${action.kind} action in the plan`);
}

/** In the phase's namespace: by the new system's own program, or by this process. */
async function makeOutput(
  context: RunContext,
  action: ActionOf<"pack-rootfs" | "write-image">,
  path: string,
  request: OutputRequest,
): Promise<Made> {
  const { phase, step } = stepOf(context, action);
  makeFolders(context.platform.files, dirname(path));
  return phase.namespace === "bq2"
    ? outputInNamespace(context, phase, step, request, action.program)
    : { output: await writeOutput(context.platform, request) };
}

/** Where the store keeps the kernel that the rootfs has at `path`. */
function kernelFile(rootfs: readonly OutputEntry[], path: string): string {
  const kernel = rootfs.find((entry) => `/${entry.path}` === path);
  if (kernel?.kind === "file") return kernel.from;
  throw new Bq2Error(`Cannot write the image: the rootfs has no kernel at ${path}`, {
    code: "no-kernel",
    hint: "an override may have removed its step",
  });
}

/** All that the file depends on: the rootfs's outputs, in order, how it is written and by what. */
function outputKey(context: RunContext, format: string, action: HostAction): string {
  const tools = stepOf(context, action).step.needs.map((ref) => requireOutput(context, ref));
  const outputs = rootfsSteps(context.plan).map((ref) => requireOutput(context, ref));
  const carriesSources = action.kind === "write-image" && action.sources !== null;
  const sources = carriesSources ? [requireOwnSource(context, "bq2"), context.plan.pins] : null;
  return textDigest(
    context.platform,
    canonicalJson({ format, epoch: context.plan.epoch, action, outputs, tools, sources }),
  );
}

/** One line of SHA256SUMS, in the form that `sha256sum --check` reads; others stay. */
function recordDigest(context: RunContext, name: string, digest: string): void {
  const { files } = context.platform;
  const path = `${context.workspace.output}/${DIGESTS_FILE}`;
  const lines = files.status(path) === undefined ? [] : readText(files, path).split("\n");
  const others = lines.filter((line) => line !== "" && !line.endsWith(`  ${name}`));
  const sorted = [...others, `${digest}  ${name}`].sort((a, b) => compareNames(a.slice(66), b.slice(66)));
  writeFileAtomic(files, path, `${sorted.join("\n")}\n`);
}

/** Writes the tarball whether it is there or not. Throws Bq2Error `need-missing` where the rootfs is not built. */
export async function rewriteTarball(context: RunContext): Promise<{ path: string; digest: string }> {
  const { output } = await tarballWork(context, requireAction(context.plan, "pack-rootfs")).make();
  return { path: tarballPath(context), digest: output };
}
