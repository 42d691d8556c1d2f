/**
 * Writes an artifact in the bq2 namespace. The root is the finished rootfs, and its `program` does the work;
 * in a cross build that is not the new system's own `bq2`, but one that the step needs. The program's input
 * is bound read-only, at paths that do not depend on the machine.
 */
import { HIDDEN_COMMANDS } from "../../base/hidden-commands.ts";
import { canonicalJson } from "../../base/json.ts";
import { isWithin } from "../../base/path.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { View } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import { makeFolders, readText, removeTree } from "../../platform/files.ts";
import { type RunContext, requireOutput } from "../context/context.ts";
import { type PlannedStep, refOf } from "../context/planned-step.ts";
import type { Made } from "../context/work.ts";
import { stepFolders } from "../context/workspace.ts";
import { neededTrees, rootfsSteps } from "../rootfs/layers.ts";
import { newestOfEach } from "../rootfs/merge.ts";
import { runInNamespace } from "../step/namespace-step.ts";
import { overlayView } from "../step/view.ts";
import { type ArtifactRequest, type ArtifactResult, ArtifactResultSchema, RESULT_SUFFIX } from "./request.ts";

/** Folder of the program's input in the namespace, where /run is a tmpfs. */
const GIVEN = "/run/bq2";
const CACHE = `${GIVEN}/cache`;
const EXCHANGE = `${GIVEN}/exchange`;
const REQUEST = "request.json";

/** The folder that both sides write to, beside the step's overlay. */
function exchangeOf(context: RunContext, planned: PlannedStep): string {
  return `${stepFolders(context.workspace, refOf(planned)).scratch}/exchange`;
}

export interface MadeArtifact {
  readonly result: ArtifactResult;
  readonly made: Made;
}

/** Carries out the request in the namespace, and moves the artifact to `request.output`. */
export async function writeInNamespace(
  context: RunContext,
  planned: PlannedStep,
  request: ArtifactRequest,
  program: string,
): Promise<MadeArtifact> {
  const { files } = context.platform;
  const { scratch } = stepFolders(context.workspace, refOf(planned));
  removeTree(files, scratch);
  const view = artifactView(context, planned);
  const exchange = exchangeOf(context, planned);
  const seen = asSeenInside(context, request);
  const requestText = canonicalJson({ ...seen, output: `${EXCHANGE}/artifact` });
  files.writeFile(`${exchange}/${REQUEST}`, encodeUtf8(requestText));
  const argv = [program, HIDDEN_COMMANDS.artifact, `${EXCHANGE}/${REQUEST}`];
  const cpuSeconds = await runInNamespace(context, planned, {
    view,
    actions: [{ kind: "run", argv, cwd: "/", env: { ...planned.phase.env } }],
  });
  const resultFile = `${exchange}/${REQUEST}${RESULT_SUFFIX}`;
  const result = parseAs(ArtifactResultSchema, readText(files, resultFile), resultFile, "run the step again");
  files.rename(`${exchange}/artifact`, request.output);
  removeTree(files, scratch);
  return { result, made: { output: result.sha256, cpuSeconds } };
}

/** The view of the program that writes the artifact. */
export function artifactView(context: RunContext, planned: PlannedStep): View {
  const exchange = exchangeOf(context, planned);
  makeFolders(context.platform.files, exchange, 0o755);
  const outputs = newestOfEach(rootfsSteps(context.plan)).map((ref) => requireOutput(context, ref));
  const layers = [
    ...neededTrees(context, planned.step),
    ...outputs.map((output) => context.store.treeOf(output)),
  ];
  return overlayView(context, planned, layers, [
    { source: context.workspace.cache.root, target: CACHE, readOnly: true }, // contains every entry's bytes
    { source: exchange, target: EXCHANGE, readOnly: false },
  ]);
}

/** The request with the namespace's paths instead of this machine's. */
function asSeenInside({ workspace }: RunContext, request: ArtifactRequest): ArtifactRequest {
  const { root } = workspace.cache;
  const inside = (path: string): string => {
    if (!isWithin(path, root)) throw new RangeError(`Cannot show ${path} inside: it is not in the cache`);
    return `${CACHE}${path.slice(root.length)}`;
  };
  const entries = request.entries.map((entry) =>
    entry.kind === "file" ? { ...entry, from: inside(entry.from) } : entry,
  );
  return request.kind === "image"
    ? { ...request, entries, kernel: inside(request.kernel) }
    : { ...request, entries };
}
