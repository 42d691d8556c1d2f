/** What an event changes in one service. Pure. */
import { countQuickEnds, waitBeforeStart } from "../back-off.ts";
import {
  describeOutcome,
  isLive,
  type Order,
  type Phase,
  type Request,
  type ServiceEvent,
  type ServiceState,
} from "./state.ts";

export interface Changed {
  readonly state: ServiceState;
  readonly orders: readonly Order[];
}

/** Processes end within moments of SIGKILL, unless they wait for a device that does not answer. */
const GIVE_UP_SECONDS = 5;

const NOT_KILLABLE = "its processes do not end, even by SIGKILL";

const KILL: Order = { kind: "signal", signal: "SIGKILL" };

/** The service after `event`, and what process 1 has to do. */
export function advance(state: ServiceState, event: ServiceEvent, now: number): Changed {
  if ("run" in event && event.run !== state.run) return keep(state);
  return transition(state, event, now);
}

type EventOf<K extends ServiceEvent["kind"]> = Extract<ServiceEvent, { readonly kind: K }>;

function transition<K extends ServiceEvent["kind"]>(
  state: ServiceState,
  event: EventOf<K>,
  now: number,
): Changed {
  return TRANSITIONS[event.kind as K](state, event, now);
}

const TRANSITIONS: {
  readonly [K in ServiceEvent["kind"]]: (state: ServiceState, event: EventOf<K>, now: number) => Changed;
} = {
  request: (state, { request }, now) => REQUESTS[request](state, now),

  free: (state, _event, now) => (state.phase.kind === "waiting" ? launch(state, now) : keep(state)),

  time(state, _event, now) {
    const { phase } = state;
    if (phase.kind === "pausing" && now >= phase.until) return enter(state, { kind: "waiting" }, now);
    if (phase.kind === "ending" && now >= phase.giveUpAt) return fail(state, NOT_KILLABLE, now);
    if (phase.kind !== "stopping" || now < phase.nextAt) return keep(state);
    if (phase.isKilled) return fail(state, NOT_KILLABLE, now);
    return enter(state, { ...phase, nextAt: now + GIVE_UP_SECONDS, isKilled: true }, now, KILL);
  },

  started(state, { pid }, now) {
    const { service, phase } = state;
    const known = { ...state, pid };
    if (phase.kind === "stopping") return keep(known, stopOrder(state)); // the request was quicker
    if (service.kind === "once") return enter(known, { kind: "running" }, now);
    if (service.ready.kind !== "started") return keep(known);
    return enter({ ...known, hasBeenReady: true }, { kind: "running" }, now);
  },

  "not-started"(state, { reason, isFinal }, now) {
    const failed = { ...state, outcome: { failure: reason } };
    if (state.phase.kind === "stopping") return afterStop(failed, now);
    return isFinal ? fail(failed, reason, now) : afterRun(countRun(failed, now), now);
  },

  ready(state, _event, now) {
    if (state.phase.kind !== "starting") return keep(state);
    return enter({ ...state, hasBeenReady: true }, { kind: "running" }, now);
  },

  ended(state, { exit }, now) {
    const ended = { ...state, pid: undefined, outcome: exit };
    if (state.phase.kind === "stopping") return keep(ended);
    return enter(countRun(ended, now), { kind: "ending", giveUpAt: now + GIVE_UP_SECONDS }, now, KILL);
  },

  gone(state, _event, now) {
    if (state.phase.kind === "stopping") return afterStop(state, now);
    return state.phase.kind === "ending" ? afterRun(state, now) : keep(state);
  },
};

const REQUESTS: { readonly [R in Request]: (state: ServiceState, now: number) => Changed } = {
  start(state, now) {
    const { phase } = state;
    if (phase.kind === "stopping") return keep({ ...state, phase: { ...phase, startsAgain: true } });
    if (phase.kind === "ending") return stopLive(state, true, now);
    if (isLive(state) || phase.kind === "waiting") return keep(state);
    return enter(afresh(state), { kind: "waiting" }, now);
  },
  stop: (state, now) => (isLive(state) ? stopLive(state, false, now) : stopped(state, now)),
  restart(state, now) {
    if (isLive(state)) return stopLive(state, true, now);
    return state.phase.kind === "waiting" ? keep(state) : enter(afresh(state), { kind: "waiting" }, now);
  },
};

function keep(state: ServiceState, ...orders: readonly Order[]): Changed {
  return { state, orders };
}

function enter(state: ServiceState, phase: Phase, now: number, ...orders: readonly Order[]): Changed {
  return { state: { ...state, phase, since: now }, orders };
}

function fail(state: ServiceState, reason: string, now: number): Changed {
  return enter({ ...state, pid: undefined, hasBeenReady: false }, { kind: "failed", reason }, now);
}

/** As if it had never run, except for what is known about its latest run. */
function afresh(state: ServiceState): ServiceState {
  return { ...state, starts: [], restarts: 0, quickEnds: 0, hasBeenReady: false };
}

function launch(state: ServiceState, now: number): Changed {
  const most = state.service.restartLimit?.starts ?? 0;
  const run = state.run + 1;
  const starts = most === 0 ? [] : [...state.starts, now].slice(-most);
  return enter({ ...state, run, startedAt: now, starts }, { kind: "starting" }, now, { kind: "spawn", run });
}

function stopOrder({ service }: ServiceState): Order {
  return { kind: "signal", signal: service.stop.signal };
}

function stopLive(state: ServiceState, startsAgain: boolean, now: number): Changed {
  const { phase, service } = state;
  if (phase.kind === "stopping") return keep({ ...state, phase: { ...phase, startsAgain } });
  const isKilled = phase.kind === "ending";
  const nextAt = now + (isKilled ? GIVE_UP_SECONDS : service.stop.seconds);
  const orders = isKilled ? [] : [stopOrder(state)];
  return enter(state, { kind: "stopping", nextAt, isKilled, startsAgain }, now, ...orders);
}

function afterStop(state: ServiceState, now: number): Changed {
  const startsAgain = state.phase.kind === "stopping" && state.phase.startsAgain;
  return startsAgain ? enter(afresh(state), { kind: "waiting" }, now) : stopped(state, now);
}

function stopped(state: ServiceState, now: number): Changed {
  if (state.phase.kind === "stopped") return keep(state);
  return enter({ ...state, pid: undefined, hasBeenReady: false }, { kind: "stopped" }, now);
}

function countRun(state: ServiceState, now: number): ServiceState {
  return { ...state, quickEnds: countQuickEnds(state.quickEnds, now - state.startedAt) };
}

/** A run has ended by itself: what its restart policy and its times say. */
function afterRun(state: ServiceState, now: number): Changed {
  const { service, outcome } = state;
  const isGood = outcome !== undefined && "code" in outcome && outcome.code === 0;
  const policy = service.restart;
  if (policy === "always" || (policy === "on-failure" && !isGood)) return retry(state, now);
  if (service.kind === "daemon") return isGood ? stopped(state, now) : failAfterRun(state, now);
  const result = isGood ? { ...state, hasBeenReady: true } : state;
  if (service.everySeconds !== null) {
    const until = Math.max(now, state.startedAt + service.everySeconds);
    return enter(result, { kind: "pausing", until, why: "schedule" }, now);
  }
  return isGood ? enter(result, { kind: "done" }, now) : failAfterRun(state, now);
}

function failAfterRun(state: ServiceState, now: number): Changed {
  return fail(state, `it ended with ${lastOutcome(state)}`, now);
}

function retry(state: ServiceState, now: number): Changed {
  const limit = state.service.restartLimit;
  const [first] = state.starts;
  if (limit !== null && state.starts.length === limit.starts && now - (first ?? 0) <= limit.seconds) {
    const often = `${limit.starts} ${limit.starts === 1 ? "start" : "starts"} within ${limit.seconds} s`;
    return fail(state, `${often} were not enough; the last run ended with ${lastOutcome(state)}`, now);
  }
  const until = now + waitBeforeStart(state.quickEnds);
  return enter({ ...state, restarts: state.restarts + 1 }, { kind: "pausing", until, why: "back-off" }, now);
}

function lastOutcome({ outcome }: ServiceState): string {
  return outcome === undefined ? "an unknown result" : describeOutcome(outcome);
}
