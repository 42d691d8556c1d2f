/**
 * The state of a service, what can happen to it, and what process 1 then has to do. Times are seconds of a
 * clock that never goes back.
 */
import type { Exit } from "../../platform/platform.ts";
import type { Service } from "../../system/description.ts";

/** How a run ended, or why the program could not be started. */
export type Outcome = Exit | { readonly failure: string };

export type Phase =
  /** A user has stopped it, or its program has ended for good. */
  | { readonly kind: "stopped" }
  /** Until everything that `after` names is ready. */
  | { readonly kind: "waiting" }
  /** Its program is started, but the service is not ready. */
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  /** Its program has ended by itself; the rest of its processes get SIGKILL. */
  | { readonly kind: "ending"; readonly giveUpAt: number }
  /** On request. `isKilled`: its processes have got SIGKILL. */
  | {
      readonly kind: "stopping";
      readonly nextAt: number;
      readonly isKilled: boolean;
      readonly startsAgain: boolean;
    }
  /** Before the next start, after a run that failed or because it runs at regular times. */
  | { readonly kind: "pausing"; readonly until: number; readonly why: "back-off" | "schedule" }
  /** A `once` service has ended with code 0. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string };

export interface ServiceState {
  readonly service: Service;
  readonly phase: Phase;
  /** When the phase began. */
  readonly since: number;
  /** Counts runs; events of earlier runs are ignored. */
  readonly run: number;
  /** The process of its program, while it runs. */
  readonly pid: number | undefined;
  readonly startedAt: number;
  /** The latest starts, as many as `restartLimit` needs. */
  readonly starts: readonly number[];
  /** How often process 1 has restarted it since it was last started on request or at boot. */
  readonly restarts: number;
  /** How often in a row it ended too soon (`back-off.ts`). */
  readonly quickEnds: number;
  /** Of the latest run that has ended. */
  readonly outcome: Outcome | undefined;
  /** It has been ready since its start on request or at boot, so services after it can start. */
  readonly hasBeenReady: boolean;
}

/** What a user can ask for. */
export type Request = "start" | "stop" | "restart";

export type ServiceEvent =
  | { readonly kind: "request"; readonly request: Request }
  /** Everything that it waits for is ready. */
  | { readonly kind: "free" }
  | { readonly kind: "time" }
  | RunEvent;

/** Something happened in the run of that number. */
export type RunEvent = { readonly run: number } & (
  | { readonly kind: "started"; readonly pid: number }
  /** `isFinal`: another attempt would fail in the same way. */
  | { readonly kind: "not-started"; readonly reason: string; readonly isFinal: boolean }
  | { readonly kind: "ready" }
  | { readonly kind: "ended"; readonly exit: Exit }
  /** None of its processes is left, after its program has ended. */
  | { readonly kind: "gone" }
);

/** What process 1 has to do. */
export type Order =
  | { readonly kind: "spawn"; readonly run: number }
  /** Sends the signal to all processes of the service. */
  | { readonly kind: "signal"; readonly signal: string };

export function newService(service: Service, now: number): ServiceState {
  return {
    service,
    phase: { kind: "waiting" },
    since: now,
    run: 0,
    pid: undefined,
    startedAt: now,
    starts: [],
    restarts: 0,
    quickEnds: 0,
    outcome: undefined,
    hasBeenReady: false,
  };
}

/** Whether it has processes, or may have some. */
export function isLive({ phase }: ServiceState): boolean {
  return ["starting", "running", "ending", "stopping"].includes(phase.kind);
}

export function describeOutcome(outcome: Outcome): string {
  if ("failure" in outcome) return outcome.failure;
  return outcome.signal ?? `code ${outcome.code}`;
}
