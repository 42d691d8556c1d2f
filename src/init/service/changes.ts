/** What the log of a service says about a change of its state. Pure. */
import { describeOutcome, type ServiceState } from "./state.ts";

export interface Change {
  readonly text: string;
  /** The service has failed, which the consoles show, too. */
  readonly isFailure: boolean;
}

/** Undefined if the change is not worth a line. */
export function describeChange(
  before: ServiceState,
  { phase, pid, outcome }: ServiceState,
): Change | undefined {
  const say = (text: string): Change => ({ text, isFailure: false });
  if (pid !== undefined && pid !== before.pid) return say(`started as process ${pid}`);
  if (phase.kind === "failed" && before.phase !== phase)
    return { text: `failed: ${phase.reason}`, isFailure: true };
  if (outcome !== undefined && outcome !== before.outcome)
    return say("failure" in outcome ? outcome.failure : `ended with ${describeOutcome(outcome)}`);
  if (phase.kind === "running" && before.phase.kind === "starting") return say("ready");
  if (phase.kind === "stopping" && before.phase.kind !== "stopping") return say("stopping on request");
  return undefined;
}
