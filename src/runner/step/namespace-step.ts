/**
 * The half of a step that stays with the coordinator: it prepares the view, starts the namespace, captures
 * the output and adds it to the store.
 */
import { Bq2Error } from "../../base/error.ts";
import { HIDDEN_COMMANDS } from "../../base/hidden-commands.ts";
import { canonicalJson } from "../../base/json.ts";
import { dirname } from "../../base/path.ts";
import { bytesToName, encodeUtf8 } from "../../base/text.ts";
import { textDigest } from "../../kept/manifest.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { checkNamespaces } from "../../linux/namespace-checks.ts";
import { asExtraFds } from "../../linux/step-descriptors.ts";
import type { View } from "../../linux/view.ts";
import type { Action, InsideAction } from "../../plan/action.ts";
import { parseAs } from "../../plan/parse.ts";
import { makeFolders, readText, removeTree, sha256File } from "../../platform/files.ts";
import type { Exit } from "../../platform/platform.ts";
import { isStagedSource } from "../../recipe/package.ts";
import { type RunContext, requireOutput, requireSeed, requireStaged } from "../context/context.ts";
import { findPin, stepKey } from "../context/keys.ts";
import { type PlannedStep, refOf } from "../context/planned-step.ts";
import type { Made, StepWork } from "../context/work.ts";
import { stepFolders } from "../context/workspace.ts";
import { unpackSource } from "../setup/source-trees.ts";
import { captureOutput } from "./capture.ts";
import { allocatedBytes } from "./disk-use.ts";
import { lastLines, StepFailure } from "./failure.ts";
import { type ResolvedAction, type StepRequest, type StepResult, StepResultSchema } from "./request.ts";
import { stepView } from "./view.ts";

const SHOWN_LINES = 4;

export function namespaceStep(context: RunContext, planned: PlannedStep): StepWork {
  const { platform, plan, store } = context;
  const seed = planned.phase.namespace === "seed" ? requireSeed(context) : "";
  const resolved = {
    seed,
    staged: (name: string) => requireStaged(context, name),
  };
  const bare = stepKey(platform, plan, planned, resolved, (ref) => requireOutput(context, ref));
  const key = context.binds.length === 0 ? bare : withBinds(context, bare);
  return {
    key,
    isPresent: (record) => store.holds(record.output),
    stored: () => store.find(key),
    make: () => build(context, planned, key),
    view: () => stepView(context, planned),
  };
}

/** User binds may change an output, so they change its key. */
function withBinds(context: RunContext, key: string): string {
  return textDigest(context.platform, canonicalJson({ key, binds: context.binds }));
}

async function build(context: RunContext, planned: PlannedStep, key: string): Promise<Made> {
  const { platform, store } = context;
  const { files } = platform;
  const { scratch, changes } = stepFolders(context.workspace, refOf(planned));
  removeTree(files, scratch);
  for (const name of planned.step.sources) {
    // host-setup has unpacked them all, unless the user selected single steps.
    if (!isStagedSource(name)) await unpackSource(context, findPin(context.plan, name));
  }
  const view = stepView(context, planned);
  const actions = (planned.actions as readonly InsideAction[]).map((action) =>
    resolve(context, planned, action),
  );
  const cpuSeconds = await runInNamespace(context, planned, { view, actions });
  const source = { upper: `${changes}/upper`, layers: layersBelow(view) };
  const output = captureOutput(context, planned, source, `${scratch}/output`);
  const workBytes = allocatedBytes(files, scratch);
  const digest = store.add(key, planned.id, output.folder, output.manifest);
  removeTree(files, scratch);
  return { output: digest, cpuSeconds, workBytes };
}

function layersBelow({ root }: View): readonly string[] {
  return root.kind === "overlay" ? root.layers : [];
}

/** Adds a patch's text, after checking it against the recipe's sha256; other actions are complete. */
function resolve(
  { platform, projectFolder }: RunContext,
  { step }: PlannedStep,
  action: InsideAction,
): ResolvedAction {
  if (action.kind !== "patch") return action;
  const { file, sha256 } = action;
  const path = `${projectFolder}/${file}`;
  const found = sha256File(platform, path);
  if (found === sha256) return { ...action, text: bytesToName(platform.files.readFile(path)) };
  throw new Bq2Error(`Cannot use ${file}: its sha256 is ${found}, ${step.name} states ${sha256}`, {
    code: "digest-mismatch",
    hint: "if you meant to change it, write the new sha256 into the package's package.ts",
  });
}

/**
 * Carries out the request in its own namespaces; returns the processor seconds.
 *
 * @throws StepFailure if an action fails.
 */
export async function runInNamespace(
  context: RunContext,
  planned: PlannedStep,
  request: StepRequest,
): Promise<number> {
  const { platform, workspace } = context;
  const { files } = platform;
  const { scratch, log } = stepFolders(workspace, refOf(planned));
  const requestFile = `${scratch}/request.json`;
  const resultFile = `${scratch}/result.json`;
  files.writeFile(requestFile, encodeUtf8(canonicalJson(request)));
  makeFolders(files, dirname(log));
  const logFd = files.open(log, "write");
  const resultFd = files.open(resultFile, "write");
  try {
    const child = await startInNamespaces(platform, {
      argv: [...platform.host.self, HIDDEN_COMMANDS.step, requestFile],
      network: false,
      cwd: "/",
      stdin: "pipe", // closed when this process ends: requireLivingCaller
      stdout: { fd: logFd },
      stderr: { fd: logFd },
      extraFds: asExtraFds({ result: resultFd, jobs: context.pool.descriptors() }),
      ownGroup: true, // Ctrl-C on the terminal is for this process
    });
    const unlisten = context.interruption.listen(() => child.kill("SIGKILL")); // ends everything inside
    const endProgress = context.progress.begin(planned.id, () => lastLines(platform, log, SHOWN_LINES));
    const exit = await child.wait().finally(() => {
      unlisten();
      endProgress();
    });
    const text = readText(files, resultFile);
    if (text === "") throw await unexplainedEnd(context, planned, exit);
    return secondsOf(planned, log, parseAs(StepResultSchema, text, resultFile, "run the step again"));
  } finally {
    files.close(logFd);
    files.close(resultFd);
  }
}

/** Processor seconds of a step that succeeded. Throws StepFailure for one that failed. */
function secondsOf({ id, actions }: PlannedStep, log: string, result: StepResult): number {
  if (result.message === null) return result.cpuSeconds;
  const action: Action | undefined = result.failedAction === null ? undefined : actions[result.failedAction];
  throw new StepFailure(`Cannot build ${id}: ${result.message}`, {
    hint: result.hint ?? `the whole log is ${log}`,
    action,
    actionIndex: result.failedAction,
    exitCode: result.exitCode,
    signal: result.signal,
    interrupted: false,
  });
}

/**
 * The namespace ended without a result: the user stopped it, it was killed, or it never started. In the last
 * case the error names what this machine forbids.
 */
async function unexplainedEnd(context: RunContext, planned: PlannedStep, exit: Exit): Promise<StepFailure> {
  const { platform, workspace } = context;
  const { id } = planned;
  const interrupted = context.interruption.happened();
  const facts = { actionIndex: null, exitCode: exit.code ?? null, signal: exit.signal ?? null, interrupted };
  if (interrupted) {
    const hint = "run the same command again to continue from here";
    return new StepFailure(`Stopped ${id}`, { ...facts, hint });
  }
  const checks = await checkNamespaces(platform, workspace.root);
  const gap = checks.find(({ ok }) => !ok);
  if (gap !== undefined) {
    return new StepFailure(`Cannot build ${id}: this machine does not allow ${gap.name} (${gap.found})`, {
      ...facts,
      hint: gap.fix,
    });
  }
  const how = exit.signal === undefined ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const words = lastLines(platform, stepFolders(workspace, refOf(planned)).log, 1)[0] ?? "";
  return new StepFailure(`Cannot build ${id}: its namespace ended with ${how}${words && ` (${words})`}`, {
    ...facts,
    hint: "run the same command again; if that does not help, bq2 doctor examines this machine",
  });
}
