/**
 * The half of a step that stays with the coordinator: lays the view out, starts the namespace, takes
 * the output and puts it into the store.
 */

import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { bytesToName, encodeUtf8 } from "../../base/text.ts";
import { startInNamespaces } from "../../linux/namespace.ts";
import { checkNamespaces } from "../../linux/namespace-checks.ts";
import type { View } from "../../linux/view.ts";
import type { InsideAction } from "../../plan/action.ts";
import { parseAs } from "../../plan/parse.ts";
import { type Phase, type Step, stepId } from "../../plan/plan.ts";
import { makeFolders, readText, removeTree, sha256File } from "../../platform/files.ts";
import type { Child, Exit } from "../../platform/platform.ts";
import { actionsOf } from "../../recipe/actions.ts";
import { isOwnSource, type OwnSource } from "../../recipe/package.ts";
import { type RunContext, requireOutput, requireOwnSource, requireSeed } from "../run/context.ts";
import { lastLines, logPath, StepFailure } from "../run/failure-report.ts";
import { textDigest } from "../store/manifest.ts";
import { captureOutput } from "./capture.ts";
import { allocatedBytes } from "./disk-use.ts";
import { type InsideRequest, InsideResultSchema } from "./inside.ts";
import { findPin, stepKey } from "./keys.ts";
import { unpackSource } from "./source-trees.ts";
import { changesOf, stepView } from "./view.ts";
import type { Made, StepWork } from "./work.ts";

/** Name of the hidden subcommand that runs `runInside` (`inside.ts`). */
export const INSIDE_COMMAND = "step-inside";

const SHOWN_LINES = 4;

export function namespaceStep(context: RunContext, phase: Phase, step: Step): StepWork {
  const { platform, plan, store } = context;
  const seed = phase.namespace === "seed" ? requireSeed(context) : "";
  const resolved = {
    seed,
    ownSource: (name: OwnSource) => requireOwnSource(context, name),
  };
  const bare = stepKey(platform, plan, phase, step, resolved, (ref) => requireOutput(context, ref));
  const key = context.binds.length === 0 ? bare : withBinds(context, bare);
  return {
    key,
    isPresent: (record) => store.find(record.key) !== undefined,
    stored: () => store.find(key),
    make: () => build(context, phase, step, key),
  };
}

/** What is bound in from outside may change an output: it gets a key of its own. */
function withBinds(context: RunContext, key: string): string {
  return textDigest(context.platform, canonicalJson({ key, binds: context.binds }));
}

async function build(context: RunContext, phase: Phase, step: Step, key: string): Promise<Made> {
  const { platform, store } = context;
  const { files } = platform;
  const scratch = scratchOf(context, phase, step);
  removeTree(files, scratch);
  for (const name of step.sources) {
    // All were unpacked by host-setup, unless only some steps were asked for.
    if (!isOwnSource(name)) await unpackSource(context, findPin(context.plan, name));
  }
  const view = stepView(context, phase, step, scratch);
  const actions = actionsOf(phase, step) as InsideAction[];
  const cpuSeconds = await runInNamespace(context, phase, step, {
    view,
    actions,
    patches: patchTexts(context, step),
  });
  const source = { upper: `${changesOf(scratch)}/upper`, layers: layersBelow(view) };
  const output = captureOutput(context, phase, step, source, `${scratch}/output`);
  const workBytes = allocatedBytes(files, scratch);
  const digest = store.add(key, stepId(phase.name, step.name), output.folder, output.manifest);
  removeTree(files, scratch);
  return { output: digest, cpuSeconds, workBytes };
}

function layersBelow({ root }: View): readonly string[] {
  return root.kind === "overlay" ? root.layers : [];
}

/** Where a step's overlay lies while it runs, and stays after a failure. */
export function scratchOf(context: RunContext, phase: Phase, step: Step): string {
  return `${context.workspace.work}/${phase.name}/${step.name}`;
}

/** The text of each patch, held to the digest that its recipe states. */
function patchTexts(context: RunContext, step: Step): Record<string, string> {
  const { platform, projectFolder } = context;
  return Object.fromEntries(
    step.patches.map(({ file, sha256 }) => {
      const path = `${projectFolder}/${file}`;
      const found = sha256File(platform, path);
      if (found === sha256) return [sha256, bytesToName(platform.files.readFile(path))];
      throw new Bq2Error(`Cannot use ${file}: its sha256 is ${found}, ${step.name} states ${sha256}`, {
        code: "digest-mismatch",
        hint: "if the change is meant, put the new sha256 into the package's package.ts",
      });
    }),
  );
}

/** Carries the actions out in namespaces of their own; gives their processor seconds. Throws StepFailure where one fails. */
export async function runInNamespace(
  context: RunContext,
  phase: Phase,
  step: Step,
  request: InsideRequest,
): Promise<number> {
  const { platform, workspace } = context;
  const { files } = platform;
  const scratch = scratchOf(context, phase, step);
  const requestFile = `${scratch}/request.json`;
  const resultFile = `${scratch}/result.json`;
  files.writeFile(requestFile, encodeUtf8(canonicalJson(request)));
  const log = logPath(workspace, phase.name, step.name);
  makeFolders(files, `${workspace.logs}/${phase.name}`);
  const logFd = files.open(log, "write");
  const resultFd = files.open(resultFile, "write");
  try {
    const child = await startInNamespaces(platform, {
      argv: [...platform.host.self, INSIDE_COMMAND, requestFile],
      network: false,
      cwd: "/",
      env: platform.host.env,
      stdin: "pipe", // by which the inside sees that we are there
      stdout: { fd: logFd },
      stderr: { fd: logFd },
      extraFds: [resultFd, ...context.pool.descriptors()],
      ownGroup: true, // Ctrl-C on the terminal is for us
    });
    const unlisten = context.interruption.listen(() => child.kill("SIGKILL")); // ends everything within
    const title = stepId(phase.name, step.name);
    const endProgress = context.progress.begin(title, () => lastLines(platform, log, SHOWN_LINES));
    try {
      return await judge(context, phase, step, child, request, resultFile);
    } finally {
      unlisten();
      endProgress();
    }
  } finally {
    files.close(logFd);
    files.close(resultFd);
  }
}

async function judge(
  context: RunContext,
  phase: Phase,
  step: Step,
  child: Child,
  request: InsideRequest,
  resultFile: string,
): Promise<number> {
  const exit = await child.wait();
  const id = stepId(phase.name, step.name);
  const text = readText(context.platform.files, resultFile);
  if (text === "") throw await unexplainedEnd(context, phase, step, exit);
  const result = parseAs(InsideResultSchema, text, resultFile, "run the step again");
  if (result.message === null) return result.cpuSeconds;
  const action = result.failedAction === null ? undefined : request.actions[result.failedAction];
  throw new StepFailure(`Cannot build ${id}: ${result.message}`, {
    hint: result.hint ?? `the whole log is ${logPath(context.workspace, phase.name, step.name)}`,
    action,
    actionIndex: result.failedAction,
    exitCode: result.exitCode,
    signal: result.signal,
    interrupted: false,
  });
}

/**
 * The namespace ended without a word: stopped by the user, killed, or never made. In the last case the
 * error names what forbids it on this machine.
 */
async function unexplainedEnd(
  context: RunContext,
  phase: Phase,
  step: Step,
  exit: Exit,
): Promise<StepFailure> {
  const id = stepId(phase.name, step.name);
  const interrupted = context.interruption.happened();
  const facts = { actionIndex: null, exitCode: exit.code ?? null, signal: exit.signal ?? null, interrupted };
  if (interrupted) {
    const hint = "run the same command again to go on from here";
    return new StepFailure(`Stopped ${id}`, { ...facts, hint });
  }
  const checks = await checkNamespaces(context.platform, context.workspace.root);
  const gap = checks.find(({ ok }) => !ok);
  if (gap !== undefined) {
    return new StepFailure(`Cannot build ${id}: this machine does not give ${gap.name} (${gap.found})`, {
      ...facts,
      hint: gap.fix,
    });
  }
  const how = exit.signal === undefined ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const words = lastLines(context.platform, logPath(context.workspace, phase.name, step.name), 1)[0] ?? "";
  return new StepFailure(`Cannot build ${id}: its namespace ended with ${how}${words && ` (${words})`}`, {
    ...facts,
    hint: "run the same command again; where that does not help, bq2 doctor looks at this machine",
  });
}
