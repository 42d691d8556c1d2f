/**
 * All services of the machine: which may start, because everything before it is ready, and which must stop,
 * because everything after it has stopped. Pure.
 */
import { type Condition, isCondition } from "../../system/check-services.ts";
import type { Service } from "../../system/description.ts";
import { isLive, newService, type Order, type ServiceEvent, type ServiceState } from "./state.ts";
import { advance } from "./transitions.ts";

export interface Services {
  readonly states: ReadonlyMap<string, ServiceState>;
  /** Conditions that have been met since the boot. */
  readonly met: ReadonlySet<Condition>;
  /** The machine is shut down: services stop in reverse order, and none starts. */
  readonly isEnding: boolean;
}

export type Happening =
  /** Time passes: timers may have expired. */
  | { readonly kind: "time" }
  | { readonly kind: "condition"; readonly condition: Condition }
  | { readonly kind: "shutdown" }
  | { readonly kind: "service"; readonly name: string; readonly event: ServiceEvent };

export interface ServiceOrder {
  readonly service: Service;
  readonly order: Order;
}

export interface Outlook {
  readonly services: Services;
  readonly orders: readonly ServiceOrder[];
}

/** They wait for their turn: any happening, such as `time`, starts those that wait for nothing. */
export function newServices(services: readonly Service[], now: number): Services {
  const states = new Map(services.map((service) => [service.name, newService(service, now)]));
  return { states, met: new Set(), isEnding: false };
}

/** The services after something has happened, and what process 1 has to do. */
export function handle(services: Services, happening: Happening, now: number): Outlook {
  const before = take(services, happening, now);
  const orders = [...before.orders];
  let current = before.services;
  // One change may allow another: a `once` service that is done lets the next one start.
  for (;;) {
    const next = settle(current, now);
    orders.push(...next.orders);
    if (next.services === current) return { services: current, orders };
    current = next.services;
  }
}

function take(services: Services, happening: Happening, now: number): Outlook {
  if (happening.kind === "condition")
    return { services: { ...services, met: new Set([...services.met, happening.condition]) }, orders: [] };
  if (happening.kind === "shutdown") return { services: { ...services, isEnding: true }, orders: [] };
  if (happening.kind === "time") return { services, orders: [] };
  return change(services, happening.name, happening.event, now);
}

/** One round over all services: expired timers, starts, and stops at the end. */
function settle(services: Services, now: number): Outlook {
  const orders: ServiceOrder[] = [];
  let current = services;
  for (const name of services.states.keys()) {
    for (const event of eventsFor(current, name)) {
      const changed = change(current, name, event, now);
      current = changed.services;
      orders.push(...changed.orders);
    }
  }
  return { services: current, orders };
}

function eventsFor(services: Services, name: string): readonly ServiceEvent[] {
  const { isEnding } = services;
  const state = services.states.get(name);
  if (state === undefined) return [];
  if (!isEnding) return [{ kind: "time" }, ...(blockers(services, name).length === 0 ? [FREE] : [])];
  const mustStop = state.phase.kind !== "stopping" && state.phase.kind !== "failed";
  const startsAgain = state.phase.kind === "stopping" && state.phase.startsAgain;
  const isNeeded = isLive(state) && hasLiveFollowers(services, name);
  return [{ kind: "time" }, ...((mustStop || startsAgain) && !isNeeded ? [STOP] : [])];
}

const FREE = { kind: "free" } as const;
const STOP = { kind: "request", request: "stop" } as const;

function hasLiveFollowers({ states }: Services, name: string): boolean {
  return [...states.values()].some((other) => other.service.after.includes(name) && isLive(other));
}

/** The same object if nothing changes. */
function change(services: Services, name: string, event: ServiceEvent, now: number): Outlook {
  const before = services.states.get(name);
  if (before === undefined) return { services, orders: [] };
  const { state, orders } = advance(before, event, now);
  if (state === before) return { services, orders: [] };
  const states = new Map(services.states).set(name, state);
  const { service } = state;
  return { services: { ...services, states }, orders: orders.map((order) => ({ service, order })) };
}

/** The words of its `after` that are not ready. */
export function blockers({ states, met }: Services, name: string): readonly string[] {
  const after = states.get(name)?.service.after ?? [];
  return after.filter((word) =>
    isCondition(word) ? !met.has(word) : states.get(word)?.hasBeenReady !== true,
  );
}

/** Conditions that a waiting service waits for. */
export function wantedConditions(services: Services): readonly Condition[] {
  const waiting = [...services.states.values()].filter(({ phase }) => phase.kind === "waiting");
  return [...new Set(waiting.flatMap(({ service }) => blockers(services, service.name)))].filter(isCondition);
}

/** When `time` must happen next; undefined if nothing waits for a time. */
export function nextTime({ states }: Services): number | undefined {
  const times = [...states.values()].flatMap(({ phase }) => {
    if (phase.kind === "pausing") return [phase.until];
    if (phase.kind === "ending") return [phase.giveUpAt];
    return phase.kind === "stopping" ? [phase.nextAt] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Whether all services have ended, at shutdown. */
export function isAllEnded({ states }: Services): boolean {
  return ![...states.values()].some(isLive);
}
