/** The state of a service in words, as `bq2 services` shows it. Pure. */
import { blockers, type Services } from "./services.ts";
import { describeOutcome, type ServiceState } from "./state.ts";

export interface Status {
  readonly name: string;
  /** Such as `running`, or `waiting for network`. */
  readonly state: string;
  /** Why it has failed; null if it has not. */
  readonly failure: string | null;
  /** Microseconds since 1970. */
  readonly since: number;
  /** Null if its program does not run. */
  readonly pid: number | null;
  readonly restarts: number;
  /** How the latest run ended; null if none has ended. */
  readonly lastExit: string | null;
}

/** Both clocks at the same moment. */
export interface Moment {
  readonly seconds: number;
  readonly microseconds: number;
}

export function statusesOf(services: Services, now: Moment): readonly Status[] {
  return [...services.states.values()].map((state) => statusOf(services, state, now));
}

export function statusOf(services: Services, state: ServiceState, now: Moment): Status {
  const { service, phase, pid, restarts, outcome } = state;
  return {
    name: service.name,
    state: stateText(services, state, now.seconds),
    failure: phase.kind === "failed" ? phase.reason : null,
    since: Math.round(now.microseconds - (now.seconds - state.since) * 1e6),
    pid: pid ?? null,
    restarts,
    lastExit: outcome === undefined ? null : describeOutcome(outcome),
  };
}

function stateText(services: Services, { service, phase }: ServiceState, now: number): string {
  switch (phase.kind) {
    case "waiting":
      return `waiting for ${blockers(services, service.name).join(", ")}`;
    case "pausing":
      return `${phase.why === "back-off" ? "restarts" : "runs again"} in ${Math.ceil(phase.until - now)} s`;
    case "failed":
    case "starting":
    case "running":
    case "ending":
    case "stopping":
    case "stopped":
    case "done":
      return phase.kind;
  }
}
