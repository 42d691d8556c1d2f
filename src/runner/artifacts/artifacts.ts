/** The artifacts: the rootfs tarball, the disk image, and their digests. */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { basename, dirname } from "../../base/path.ts";
import { compareNames } from "../../base/text.ts";
import { setAside } from "../../kept/damage.ts";
import { fileDamage, type KeptFile, noteFingerprint } from "../../kept/file.ts";
import { textDigest } from "../../kept/manifest.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import type { Plan, Step } from "../../plan/plan.ts";
import type { StepRecord } from "../../plan/state.ts";
import { makeFolders, readText, sha256File, writeFileAtomic } from "../../platform/files.ts";
import { type RunContext, requireOutput, requireStaged } from "../context/context.ts";
import { findPin } from "../context/keys.ts";
import { type PlannedStep, plannedStep } from "../context/planned-step.ts";
import type { Made, StepWork } from "../context/work.ts";
import type { Workspace } from "../context/workspace.ts";
import { rootfsSteps } from "../rootfs/layers.ts";
import { unpackSource } from "../setup/source-trees.ts";
import { rootfsEntries, withSources } from "./entries.ts";
import { artifactView, type MadeArtifact, writeInNamespace } from "./namespace.ts";
import { type ArtifactEntry, type ArtifactRequest, type ArtifactResult, writeArtifact } from "./request.ts";

/** Raise one when the same rootfs gives different bytes. */
const TARBALL_FORMAT = "bq2-tarball/2";
const IMAGE_FORMAT = "bq2-image/3";

export const DIGESTS_FILE = "SHA256SUMS";

type ArtifactKind = "pack-rootfs" | "write-image";
type ArtifactAction<K extends ArtifactKind = ArtifactKind> = Extract<CoordinatorAction, { kind: K }>;

/** What messages call each kind, and how its file and its uncompressed form end. */
const KINDS: {
  readonly [K in ArtifactKind]: {
    readonly name: string;
    readonly suffix: string;
    readonly plainSuffix: string;
  };
} = {
  "pack-rootfs": { name: "rootfs tarball", suffix: ".tar.gz", plainSuffix: ".tar" },
  "write-image": { name: "disk image", suffix: ".qcow2", plainSuffix: ".raw" },
};

/** Whether the step makes an artifact. */
export function makesArtifact({ build }: Step): boolean {
  return build.kind === "coordinator" && Object.hasOwn(KINDS, build.action.kind);
}

/** The step of a plan that makes an artifact; undefined if the profile has none. */
function findArtifact<K extends ArtifactKind>(
  plan: Plan,
  kind: K,
): { readonly planned: PlannedStep; readonly action: ArtifactAction<K> } | undefined {
  for (const phase of plan.phases) {
    for (const step of phase.steps) {
      if (step.build.kind !== "coordinator" || step.build.action.kind !== kind) continue;
      return { planned: plannedStep(phase, step), action: step.build.action as ArtifactAction<K> };
    }
  }
  return undefined;
}

function requireArtifact<K extends ArtifactKind>(plan: Plan, kind: K) {
  const found = findArtifact(plan, kind);
  if (found !== undefined) return found;
  throw new Bq2Error(`Cannot name the ${KINDS[kind].name}: profile ${plan.profile} makes none`, {
    code: "no-artifact",
    hint: "its outputs are in the workspace's seed-rootfs/bq2-rootfs; other profiles make a whole system",
  });
}

/** Whether the plan makes a tarball and an image; profile `efi` makes neither. */
export function makesImage(plan: Plan): boolean {
  return findArtifact(plan, "write-image") !== undefined;
}

type PlanInWorkspace = Pick<RunContext, "plan" | "workspace">;

/** @throws Bq2Error `no-artifact` if the plan's profile makes none. */
export function tarballPath({ plan, workspace }: PlanInWorkspace): string {
  return pathOf(workspace, requireArtifact(plan, "pack-rootfs").action);
}

/** @throws Bq2Error `no-artifact` if the plan's profile makes none. */
export function imagePath({ plan, workspace }: PlanInWorkspace): string {
  return pathOf(workspace, requireArtifact(plan, "write-image").action);
}

function pathOf({ artifacts }: Workspace, { kind, file }: ArtifactAction): string {
  return `${artifacts}/${file}${KINDS[kind].suffix}`;
}

/** The name in SHA256SUMS, which lists the uncompressed form. */
function plainName({ kind, file }: ArtifactAction): string {
  return `${file}${KINDS[kind].plainSuffix}`;
}

export function tarballWork(
  context: RunContext,
  action: ArtifactAction<"pack-rootfs">,
  planned: PlannedStep,
): StepWork {
  const { epoch } = context.plan;
  return artifactWork(context, planned, {
    action,
    key: artifactKey(context, TARBALL_FORMAT, action, planned),
    request: (output) => ({ kind: "tarball", entries: rootfsEntries(context), epoch, output }),
  });
}

export function imageWork(
  context: RunContext,
  action: ArtifactAction<"write-image">,
  planned: PlannedStep,
): StepWork {
  const { plan } = context;
  return artifactWork(context, planned, {
    action,
    key: artifactKey(context, IMAGE_FORMAT, action, planned),
    async request(output) {
      for (const { pin } of action.sources?.modules ?? []) await unpackSource(context, findPin(plan, pin));
      const rootfs = rootfsEntries(context);
      return {
        kind: "image",
        entries: action.sources === null ? rootfs : withSources(context, rootfs, action.sources.modules),
        kernel: kernelFile(rootfs, action.kernel),
        epoch: plan.epoch,
        size: action.size,
        arch: plan.arch,
        output,
      };
    },
  });
}

interface Artifact {
  readonly action: ArtifactAction;
  readonly key: string;
  /** The request that writes the artifact to `output`. */
  request(output: string): ArtifactRequest | Promise<ArtifactRequest>;
}

/** In namespace `bq2` the new system's `bq2` writes the artifact; in namespace `host` this process does. */
function artifactWork(context: RunContext, planned: PlannedStep, artifact: Artifact): StepWork {
  const { files } = context.platform;
  const { action } = artifact;
  const path = pathOf(context.workspace, action);
  const isInside = planned.phase.namespace === "bq2";
  return {
    key: artifact.key,
    isPresent: (record) => isWhole(context, action, record),
    stored: () => undefined,
    view: isInside ? () => artifactView(context, planned) : undefined,
    async make(): Promise<Made> {
      makeFolders(files, dirname(path));
      const request = await artifact.request(path);
      const { made, result } = isInside
        ? await writeInNamespace(context, planned, request, action.program)
        : await writeHere(context, request);
      recordDigests(context, plainName(action), result);
      const file = sha256File(context.platform, path);
      noteFingerprint(context.platform, keptFile(context, path, file));
      context.log.info(`Wrote ${path}`);
      return { ...made, file };
    },
  };
}

/**
 * Whether the artifact and its line in SHA256SUMS are unchanged. A changed artifact is set aside. An artifact
 * without a recorded sha256 is written again.
 */
function isWhole(context: RunContext, action: ArtifactAction, { output, file }: StepRecord): boolean {
  const { platform, log } = context;
  const path = pathOf(context.workspace, action);
  if (file === undefined || platform.files.statusFollowed(path) === undefined) return false;
  const damage = fileDamage(platform, keptFile(context, path, file));
  if (damage !== undefined) setAside(platform.files, path, [damage], log.warn);
  return damage === undefined && digestLines(context).includes(`${output}  ${plainName(action)}`);
}

function keptFile({ workspace }: RunContext, path: string, sha256: string): KeptFile {
  return { path, sha256, fingerprints: `${workspace.root}/fingerprints/${basename(path)}.json` };
}

async function writeHere(context: RunContext, request: ArtifactRequest): Promise<MadeArtifact> {
  const result = await writeArtifact(context.platform, request);
  return { result, made: { output: result.sha256 } };
}

/** The store's file of the kernel at `path` in the rootfs. */
function kernelFile(rootfs: readonly ArtifactEntry[], path: string): string {
  const kernel = rootfs.find((entry) => `/${entry.path}` === path);
  if (kernel?.kind === "file") return kernel.from;
  throw new Bq2Error(`Cannot write the image: the rootfs has no kernel at ${path}`, {
    code: "no-kernel",
    hint: "an override may have removed its step",
  });
}

/** Digest of everything that the artifact depends on, such as the rootfs's outputs in order and the tools. */
function artifactKey(
  context: RunContext,
  format: string,
  action: ArtifactAction,
  { step }: PlannedStep,
): string {
  const tools = step.needs.map((ref) => requireOutput(context, ref));
  const outputs = rootfsSteps(context.plan).map((ref) => requireOutput(context, ref));
  const carriesSources = action.kind === "write-image" && action.sources !== null;
  const sources = carriesSources ? [requireStaged(context, "bq2"), context.plan.pins] : null;
  return textDigest(
    context.platform,
    canonicalJson({ format, epoch: context.plan.epoch, action, outputs, tools, sources }),
  );
}

/**
 * Replaces the lines of one file in SHA256SUMS, and keeps those of others. `sha256sum --check` reads the
 * file, and treats lines that begin with `#` as comments.
 */
function recordDigests(context: RunContext, name: string, { sha256, blocksSha256 }: ArtifactResult): void {
  const { files } = context.platform;
  const others = digestLines(context).filter((line) => line !== "" && nameOf(line) !== name);
  const own = [`${sha256}  ${name}`, ...(blocksSha256 === null ? [] : [`# blocks ${blocksSha256}  ${name}`])];
  const sorted = [...others, ...own].sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  writeFileAtomic(files, digestsPath(context), `${sorted.join("\n")}\n`);
}

function digestsPath({ workspace }: RunContext): string {
  return `${workspace.artifacts}/${DIGESTS_FILE}`;
}

function digestLines(context: RunContext): string[] {
  const { files } = context.platform;
  const path = digestsPath(context);
  return files.status(path) === undefined ? [] : readText(files, path).split("\n");
}

/** The file name in a line of SHA256SUMS. */
function nameOf(line: string): string {
  return line.slice(line.lastIndexOf("  ") + 2);
}

/** Writes the tarball even if it exists. Throws Bq2Error `need-missing` if the rootfs is not built. */
export async function rewriteTarball(context: RunContext): Promise<{ path: string; digest: string }> {
  const { action, planned } = requireArtifact(context.plan, "pack-rootfs");
  const { output } = await tarballWork(context, action, planned).make();
  return { path: tarballPath(context), digest: output };
}
