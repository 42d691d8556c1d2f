/** Chooses the work of a step: for programs in a namespace, and for each action of the coordinator. */
import type { CoordinatorAction } from "../../plan/action.ts";
import { imageWork, tarballWork } from "../artifacts/artifacts.ts";
import type { RunContext } from "../context/context.ts";
import type { PlannedStep } from "../context/planned-step.ts";
import type { StepWork } from "../context/work.ts";
import { fetchWork } from "../setup/archives.ts";
import { stageFoldersWork } from "../setup/folders.ts";
import { stageWork } from "../setup/own-source.ts";
import { seedWork } from "../setup/seed.ts";
import { extractWork } from "../setup/source-trees.ts";
import { namespaceStep } from "../step/namespace-step.ts";

type CoordinatorWork<K extends CoordinatorAction["kind"]> = (
  context: RunContext,
  action: Extract<CoordinatorAction, { kind: K }>,
  planned: PlannedStep,
) => StepWork;

const COORDINATOR_WORK: { readonly [K in CoordinatorAction["kind"]]: CoordinatorWork<K> } = {
  "fetch-sources": fetchWork,
  "populate-seed": seedWork,
  "extract-sources": extractWork,
  "stage-source": stageWork,
  "stage-folders": stageFoldersWork,
  "pack-rootfs": tarballWork,
  "write-image": imageWork,
};

export function workOf(context: RunContext, planned: PlannedStep): StepWork {
  const { build } = planned.step;
  if (build.kind !== "coordinator") return namespaceStep(context, planned);
  const work = COORDINATOR_WORK[build.action.kind] as CoordinatorWork<CoordinatorAction["kind"]>;
  return work(context, build.action, planned);
}
