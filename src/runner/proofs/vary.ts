/**
 * A second build under other conditions, because no accidental property of a machine may show in an output.
 * This half stays outside; `vary-inside.ts` sets the conditions and starts the build.
 *
 * The date is not varied: no kernel gives a namespace its own date, and a preloaded library does not
 * affect static programs. `docs/proofs/README.md` describes how to vary it with a virtual machine.
 */
import { equalBytes } from "../../base/bytes.ts";
import { Bq2Error } from "../../base/error.ts";
import { HIDDEN_COMMANDS } from "../../base/hidden-commands.ts";
import { canonicalJson } from "../../base/json.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { parseAs } from "../../plan/parse.ts";
import { type StepRef, stepId } from "../../plan/plan.ts";
import { StateSchema } from "../../plan/state.ts";
import { makeFolders, readText, removeTree } from "../../platform/files.ts";
import { type RunContext, requireOutput } from "../context/context.ts";
import { builtSteps } from "../rootfs/layers.ts";
import { openStore } from "../store/store.ts";
import { finalSteps, type StepComparison } from "./compare.ts";
import { explainContents } from "./explain.ts";
import { type VaryRequest, variedConditions, varyPlaces } from "./vary-inside.ts";

/** Packages that take longer than all others together. By default they are not built again. */
const SLOW: readonly string[] = ["gcc", "linux"];

/** Which steps a second build runs again, and which outputs it takes from the first. */
export interface VaryChoice {
  readonly again: readonly StepRef[];
  readonly leftOut: readonly StepRef[];
}

/** Why a file differs between two builds, judged by its bytes; undefined if they are equal. */
export function explainVaried(
  context: RunContext,
  varied: RunContext,
  { phase, step, path }: StepComparison,
): string | undefined {
  const { files } = context.platform;
  const place = (run: RunContext): string =>
    `${run.store.treeOf(requireOutput(run, { phase, step }))}/${path ?? ""}`;
  const [a, b] = [place(context), place(varied)];
  if (path === undefined || files.status(a)?.kind !== "file" || files.status(b)?.kind !== "file")
    return undefined;
  const [first, second] = [files.readFile(a), files.readFile(b)];
  const isSame = equalBytes(first, second); // then its mode or owner differs
  const conditions = variedConditions(context.platform, requestOf(context, { again: [], leftOut: [] }));
  return isSame ? undefined : explainContents(first, second, conditions);
}

/** @param full Include the slow packages. Tarball and image are made again if the first build made them. */
export function varyChoice({ plan, state }: RunContext, full: boolean): VaryChoice {
  const built = builtSteps(plan.phases);
  const made = finalSteps(plan).filter(({ phase, step }) => state().done[stepId(phase, step)] !== undefined);
  const isLeftOut = ({ step }: StepRef): boolean => !full && SLOW.includes(step);
  return {
    again: [...built.filter((ref) => !isLeftOut(ref)), ...made],
    leftOut: built.filter(isLeftOut),
  };
}

/**
 * Builds again; returns the second build, with everything that `compareBuilds` uses.
 *
 * @throws Bq2Error `need-missing` if the first build is not complete, `vary-failed` if the second one fails.
 */
export async function buildVaried(context: RunContext, choice: VaryChoice): Promise<RunContext> {
  const { platform } = context;
  for (const ref of [...choice.again, ...choice.leftOut]) requireOutput(context, ref);
  const request = requestOf(context, choice);
  removeTree(platform.files, request.place);
  makeFolders(platform.files, request.place);
  await runInside(context, request);
  const places = varyPlaces(request.place);
  const hint = "run bq2 verify vary again";
  const state = parseAs(StateSchema, readText(platform.files, places.keptState), places.keptState, hint);
  return { ...context, store: openStore(platform, places.keptStore, context.log.warn), state: () => state };
}

/** The request for the inside half. `choice` was made from the same plan. */
function requestOf({ workspace, plan, projectFolder }: RunContext, choice: VaryChoice): VaryRequest {
  const hostSetup = plan.phases.find(({ namespace }) => namespace === "host")?.steps ?? [];
  const steps = [...hostSetup.map(({ name }) => name), ...choice.again.map(({ step }) => step)];
  return {
    place: `${workspace.root}/vary`,
    workspace: workspace.root,
    cache: workspace.cache.root,
    projectFolder,
    taken: choice.leftOut.map(({ phase, step }) => stepId(phase, step)),
    steps: [...new Set(steps)],
  };
}

async function runInside({ platform, interruption }: RunContext, request: VaryRequest): Promise<void> {
  const { place } = request;
  const file = `${place}/request.json`;
  platform.files.writeFile(file, encodeUtf8(canonicalJson(request)));
  const child = await startInNamespaces(platform, {
    argv: [...platform.host.self, HIDDEN_COMMANDS.vary, file],
    network: false,
    cwd: "/",
    stdin: "pipe", // closed when this process ends: requireLivingCaller
    stdout: "inherit",
    stderr: "inherit",
    ownGroup: true,
  });
  const unlisten = interruption.listen(() => child.kill("SIGKILL"));
  const exit = await child.wait().finally(unlisten);
  if (exit.code === 0) return;
  throw new Bq2Error("Cannot compare: the second build failed", {
    code: "vary-failed",
    hint: `its error is shown above, its logs are in ${varyPlaces(place).keptLogs}`,
  });
}
