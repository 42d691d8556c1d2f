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
  { service, phase, outcome }: ServiceState,
): Change | undefined {
  const say = (text: string): Change => ({ text, isFailure: false });
  if (phase.kind === "starting" && before.phase !== phase) return say("starting"); // before all its output
  if (phase.kind === "failed" && before.phase !== phase)
    return { text: `failed: ${phase.reason}`, isFailure: true };
  if (outcome !== undefined && outcome !== before.outcome)
    return say("failure" in outcome ? outcome.failure : `ended with ${describeOutcome(outcome)}`);
  const becomesReady = phase.kind === "running" && before.phase.kind === "starting";
  if (becomesReady && service.ready.kind !== "started") return say("ready");
  if (phase.kind === "stopping" && before.phase.kind !== "stopping") return say("stopping on request");
  return undefined;
}
