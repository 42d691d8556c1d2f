/**
 * Writes an output in the bq2 namespace: the finished rootfs is the root, `program` in it does the work: its own, or in a
 * cross build what the step needs. What it takes
 * of this machine is bound read-only, at places that do not depend on the machine.
 */
import { canonicalJson } from "../../base/json.ts";
import { isWithin } from "../../base/path.ts";
import { encodeUtf8 } from "../../base/text.ts";
import type { Bind, View } from "../../linux/view.ts";
import { parseAs } from "../../plan/parse.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { makeFolders, readText, removeTree } from "../../platform/files.ts";
import { neededTrees, rootfsSteps } from "../rootfs/layers.ts";
import { newestOfEach } from "../rootfs/merge.ts";
import { type RunContext, requireOutput } from "../run/context.ts";
import { runInNamespace, scratchOf } from "../step/namespace-step.ts";
import { changesOf, HOSTNAME } from "../step/view.ts";
import type { Made } from "../step/work.ts";
import { OUTPUT_COMMAND, RESULT_SUFFIX } from "./inside.ts";
import { type OutputRequest, OutputResultSchema } from "./request.ts";

/** Where the namespace has what it is given; /run is a tmpfs there. */
const PLACE = "/run/bq2";
const EXCHANGE = `${PLACE}/exchange`;
const REQUEST = "request.json";

/** The output's digest is that of its uncompressed form; the file then stands at `request.output`. */
export async function outputInNamespace(
  context: RunContext,
  phase: Phase,
  step: Step,
  request: OutputRequest,
  program: string,
): Promise<Made> {
  const { files } = context.platform;
  const scratch = scratchOf(context, phase, step);
  const exchange = `${scratch}/exchange`;
  removeTree(files, scratch);
  makeFolders(files, exchange, 0o755);
  const written = `${EXCHANGE}/output`;
  files.writeFile(
    `${exchange}/${REQUEST}`,
    encodeUtf8(canonicalJson({ ...inside(context, request), output: written })),
  );
  const cpuSeconds = await runInNamespace(context, phase, step, {
    view: viewOf(context, step, scratch, exchange),
    actions: [
      {
        kind: "run",
        argv: [program, OUTPUT_COMMAND, `${EXCHANGE}/${REQUEST}`],
        cwd: "/",
        env: { ...phase.env },
      },
    ],
    patches: {},
  });
  const resultPath = `${exchange}/${REQUEST}${RESULT_SUFFIX}`;
  const { sha256 } = parseAs(
    OutputResultSchema,
    readText(files, resultPath),
    resultPath,
    "run the step again",
  );
  files.rename(`${exchange}/output`, request.output);
  removeTree(files, scratch);
  return { output: sha256, cpuSeconds };
}

function viewOf(context: RunContext, step: Step, scratch: string, exchange: string): View {
  const mountPoint = `${scratch}/mount`;
  makeFolders(context.platform.files, mountPoint, 0o755);
  const outputs = newestOfEach(rootfsSteps(context.plan)).map((ref) => requireOutput(context, ref));
  return {
    root: {
      kind: "overlay",
      layers: [...neededTrees(context, step), ...outputs.map((output) => context.store.treeOf(output))],
      changes: changesOf(scratch),
    },
    mountPoint,
    sys: false,
    binds: [...bindsOf(context), { source: exchange, target: EXCHANGE, readOnly: false }],
    hostname: HOSTNAME,
  };
}

/** Everything that an entry's bytes may be read from. */
function bindsOf({ workspace: { cache } }: RunContext): Bind[] {
  return [{ source: cache.root, target: `${PLACE}/cache`, readOnly: true }];
}

/** The request with the namespace's paths in place of this machine's. */
function inside(context: RunContext, request: OutputRequest): OutputRequest {
  const binds = bindsOf(context);
  const place = (path: string): string => {
    const bind = binds.find(({ source }) => isWithin(path, source));
    if (bind === undefined) throw new RangeError(`Cannot show ${path} inside: nothing binds it`);
    return `${bind.target}${path.slice(bind.source.length)}`;
  };
  const entries = request.entries.map((entry) =>
    entry.kind === "file" ? { ...entry, from: place(entry.from) } : entry,
  );
  return request.kind === "image"
    ? { ...request, entries, kernel: place(request.kernel) }
    : { ...request, entries };
}
