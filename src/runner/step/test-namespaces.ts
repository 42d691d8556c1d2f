/** Namespaces for tests on the memory platform: a function simulates what runs inside. */
import { HIDDEN_COMMANDS } from "../../base/hidden-commands.ts";
import { canonicalJson } from "../../base/json.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { makeFolders, readText } from "../../platform/files.ts";
import type { MemoryPlatform } from "../../platform/memory/platform.ts";
import type { MemoryRun } from "../../platform/memory/processes.ts";
import type { EnterRequest, StepRequest, StepResult } from "./request.ts";

const SUCCESS: StepResult = {
  failedAction: null,
  message: null,
  hint: null,
  exitCode: null,
  signal: null,
  cpuSeconds: 2,
};

export interface Inside {
  /**
   * Simulates a step: writes to `upper`, its overlay's folder, and returns what differs from success.
   * Undefined: the step is killed before it writes a result.
   */
  step?(
    request: StepRequest,
    upper: string,
    run: MemoryRun,
  ): Partial<StepResult> | undefined | Promise<Partial<StepResult> | undefined>;
  /** Simulates a command on the terminal; returns its exit code. */
  enter?(request: EnterRequest): number;
}

/** Replaces the programs that make namespaces with `inside`. */
export function playNamespaces(platform: MemoryPlatform, inside: Inside): void {
  const { files, programs } = platform;
  const play = async (run: MemoryRun): Promise<number> => {
    const request = run.argv.at(-1) ?? "";
    if (run.argv.includes(HIDDEN_COMMANDS.enter))
      return inside.enter?.(JSON.parse(request) as EnterRequest) ?? 1;
    const step = JSON.parse(readText(files, request)) as StepRequest;
    if (step.view.root.kind !== "overlay") throw new RangeError("a step's root is an overlay");
    const upper = `${step.view.root.changes}/upper`;
    makeFolders(files, upper, 0o755);
    const differs = await inside.step?.(step, upper, run);
    if (differs === undefined) return 137; // 128 + SIGKILL, as a shell reports it
    const result = { ...SUCCESS, ...differs };
    files.write(run.extraFds[0] ?? -1, encodeUtf8(canonicalJson(result)), null);
    return result.message === null ? 0 : 1;
  };
  for (const program of ["setpriv", "unshare"]) programs.set(program, play);
}
