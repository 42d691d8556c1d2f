/** A run context on the memory platform, for tests: a small plan, a store, no network. */
import { dirname } from "../../base/path.ts";
import { SILENT_PROGRESS } from "../../base/progress.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { manifestOf, textDigest } from "../../kept/manifest.ts";
import { pipeKernel } from "../../linux/test-pipes.ts";
import { type Phase, PLAN_FORMAT, type Plan, type Step, type StepRef, stepId } from "../../plan/plan.ts";
import { emptyState, type State } from "../../plan/state.ts";
import { makeFolders } from "../../platform/files.ts";
import { type MemoryPlatform, memoryPlatform } from "../../platform/memory/platform.ts";
import { FetchError } from "../../platform/network.ts";
import { testBulk } from "../../platform/test-bulk.ts";
import { folderTree } from "../../trees/folder-tree.ts";
import { OpenFiles } from "../../trees/open-files.ts";
import { openStore } from "../store/store.ts";
import type { RunContext } from "./context.ts";
import { interruptionBy } from "./interruption.ts";
import { openJobPool } from "./job-pool.ts";
import { planDigest } from "./keys.ts";
import { workspaceAt } from "./workspace.ts";

export function testPlatform(): MemoryPlatform {
  const host = { env: { BQ2_CACHE: "/cache" }, cwd: "/home" };
  return memoryPlatform({ bulk: testBulk(), kernel: pipeKernel(), host });
}

export function testStep(name: string, needs: readonly StepRef[] = [], flags: readonly string[] = []): Step {
  return {
    name,
    version: "1",
    sources: [],
    patches: [],
    needs: [...needs],
    env: {},
    prefix: "/usr",
    workdir: `/workspace/build/${name}`,
    owners: {},
    build: {
      kind: "actions",
      why: "a test",
      actions: [{ kind: "run", argv: ["make", ...flags], cwd: "/", env: {} }],
    },
  };
}

/** A coordinator step. */
export function coordinatorTestStep(name: string): Step {
  return {
    ...testStep(name),
    build: { kind: "coordinator", action: { kind: "pack-rootfs", file: "x", program: "/x" } },
  };
}

export function testPhase(name: string, steps: readonly Step[], change: Partial<Phase> = {}): Phase {
  return {
    name,
    description: `Test ${name}.`,
    namespace: "seed",
    destdir: { root: "bq2", path: "/" },
    writes: ["/"],
    env: { PATH: "/bin" },
    steps: [...steps],
    ...change,
  };
}

export function testPlan(phases: readonly Phase[]): Plan {
  return {
    format: PLAN_FORMAT,
    version: "0.0.0",
    arch: "x86_64",
    seedArch: "x86_64",
    profile: "minimal",
    seed: "host",
    epoch: 1000,
    sources: true,
    pins: [],
    phases: [...phases],
  };
}

export function testContext(platform: MemoryPlatform, plan: Plan, logged: string[] = []): RunContext {
  const workspace = workspaceAt(platform, "work");
  let state = emptyState(planDigest(platform, plan));
  const log = (line: string): void => {
    logged.push(line);
  };
  return {
    platform,
    workspace,
    plan,
    store: openStore(platform, workspace.cache.store, log),
    log: { info: log, warn: log, error: log },
    progress: SILENT_PROGRESS,
    pool: openJobPool(platform, 2),
    interruption: interruptionBy(platform.processes),
    program: "/project/bin/bq2",
    projectFolder: "/project",
    fetcher: {
      get: () => Promise.reject(new FetchError("a test used the network", "unreachable")),
      close: () => Promise.resolve(),
    },
    mirror: undefined,
    seedSha256: undefined,
    offline: true,
    binds: [],
    state: () => state,
    update(change: Partial<State>) {
      state = { ...state, ...change };
    },
  };
}

/** Adds an output of these files and symlinks to the store and the state, as if the step had been built. */
export function addTestOutput(
  context: RunContext,
  ref: StepRef,
  texts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): void {
  const { platform, store } = context;
  const folder = `/new/${ref.phase}/${ref.step}`;
  makeFolders(platform.files, folder);
  for (const [path, text] of Object.entries(texts)) {
    makeFolders(platform.files, dirname(`${folder}/${path}`));
    platform.files.writeFile(`${folder}/${path}`, encodeUtf8(text));
  }
  for (const [path, target] of Object.entries(links)) platform.files.symlink(target, `${folder}/${path}`);
  const tree = folderTree(platform.files, new OpenFiles(platform.files), folder, {
    owners: "root",
    times: 0,
  });
  const key = textDigest(platform, folder);
  const output = store.add(key, stepId(ref.phase, ref.step), folder, manifestOf(platform, tree, {}));
  context.update({
    done: { ...context.state().done, [stepId(ref.phase, ref.step)]: { key, output, seconds: 1 } },
  });
}
