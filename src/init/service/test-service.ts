/** A service for tests, and a simulated machine that runs services on a simulated clock. */
import type { Exit } from "../../platform/platform.ts";
import type { Condition } from "../../system/check-services.ts";
import { service } from "../../system/constructors.ts";
import type { Service } from "../../system/description.ts";
import {
  type Happening,
  handle,
  newServices,
  nextTime,
  type ServiceOrder,
  type Services,
} from "./services.ts";
import type { RunEvent, ServiceState } from "./state.ts";

/** A service that runs a program of its name. */
export function testService(name: string, changes: Partial<Service> = {}): Service {
  return { ...service(name, { run: [name] }), ...changes };
}

/** How the program of a service behaves. */
export interface Behaviour {
  /** It ends by itself after this time. */
  readonly seconds?: number;
  /** How it ends by itself; code 0 by default. */
  readonly exit?: Exit;
  /** Why it cannot be started. */
  readonly refusal?: { readonly reason: string; readonly isFinal: boolean };
  /** How long it runs on after the stop signal; for ever if it ignores it. 0 by default. */
  readonly stopSeconds?: number;
  /** A child of it runs on after it has ended, until SIGKILL. */
  readonly leavesChild?: boolean;
  /** Not even SIGKILL ends it. */
  readonly isStuck?: boolean;
}

interface Later {
  readonly at: number;
  readonly name: string;
  readonly event: RunEvent;
}

/** Carries out orders as a machine would, as far as `behaviours` say; other programs run until a signal. */
export class Simulation {
  now = 0;
  services: Services;
  /** `name: order`, in the order of the orders. */
  readonly orders: string[] = [];
  #later: Later[] = [];
  #nextPid = 100;
  readonly #behaviours: { [name: string]: Behaviour };

  constructor(services: readonly Service[], behaviours: { [name: string]: Behaviour } = {}) {
    this.#behaviours = behaviours;
    this.services = newServices(services, 0);
    this.happen({ kind: "time" });
  }

  happen(happening: Happening): void {
    const { services, orders } = handle(this.services, happening, this.now);
    this.services = services;
    for (const order of orders) this.#perform(order);
  }

  meet(condition: Condition): void {
    this.happen({ kind: "condition", condition });
  }

  ask(name: string, request: "start" | "stop" | "restart"): void {
    this.happen({ kind: "service", name, event: { kind: "request", request } });
  }

  /** An event of the current run of a service. */
  event(
    name: string,
    event: { readonly kind: "ready" } | { readonly kind: "ended"; readonly exit: Exit },
  ): void {
    const { run } = this.state(name);
    this.happen({ kind: "service", name, event: { run, ...event } });
  }

  /** The program of the service is killed, and none of its processes is left. */
  killProgram(name: string): void {
    this.event(name, { kind: "ended", exit: { signal: "SIGKILL" } });
    this.advance(0);
  }

  advance(seconds: number): void {
    const end = this.now + seconds;
    for (;;) {
      const next = Math.min(nextTime(this.services) ?? end, ...this.#later.map(({ at }) => at));
      if (next > end) break;
      this.now = Math.max(this.now, next);
      const due = this.#later.filter(({ at }) => at <= this.now);
      if (due.length === 0 && (nextTime(this.services) ?? Number.POSITIVE_INFINITY) > this.now) break;
      this.#later = this.#later.filter(({ at }) => at > this.now);
      for (const { name, event } of due) this.happen({ kind: "service", name, event });
      this.happen({ kind: "time" });
    }
    this.now = end;
  }

  state(name: string): ServiceState {
    const state = this.services.states.get(name);
    if (state === undefined) throw new Error(`Cannot find ${name}`);
    return state;
  }

  phase(name: string): string {
    return this.state(name).phase.kind;
  }

  /** Events that are still to come. */
  pending(): number {
    return this.#later.length;
  }

  #perform({ service: { name }, order }: ServiceOrder): void {
    const behaviour = this.#behaviours[name] ?? {};
    const { run } = this.state(name);
    const later = (seconds: number, event: RunEvent) =>
      this.#later.push({ at: this.now + seconds, name, event });
    this.orders.push(`${name}: ${order.kind === "signal" ? order.signal : order.kind}`);
    if (order.kind === "signal") this.#signal(name, order.signal, behaviour, later);
    else if (behaviour.refusal !== undefined) later(0, { run, kind: "not-started", ...behaviour.refusal });
    else {
      later(0, { run, kind: "started", pid: this.#nextPid++ });
      if (behaviour.seconds === undefined) return;
      later(behaviour.seconds, { run, kind: "ended", exit: behaviour.exit ?? { code: 0 } });
    }
  }

  #signal(
    name: string,
    signal: string,
    behaviour: Behaviour,
    later: (s: number, e: RunEvent) => unknown,
  ): void {
    const { run, pid } = this.state(name);
    const isKill = signal === "SIGKILL";
    const isStarting = this.#later.some((other) => other.name === name && other.event.kind === "started");
    if (isStarting || behaviour.isStuck) return;
    const seconds = isKill ? 0 : (behaviour.stopSeconds ?? 0);
    if (seconds === Number.POSITIVE_INFINITY) return;
    if (pid !== undefined) later(seconds, { run, kind: "ended", exit: { signal } });
    if (isKill || !behaviour.leavesChild) later(seconds, { run, kind: "gone" });
  }
}
