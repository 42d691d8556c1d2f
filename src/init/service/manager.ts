/** Keeps the services running: does what the pure part (`services.ts`) orders, and tells it what happened. */
import { describeError } from "../../base/error.ts";
import type { Clock } from "../../platform/platform.ts";
import type { Condition } from "../../system/check-services.ts";
import type { Service } from "../../system/description.ts";
import type { KernelLog } from "../kernel-log.ts";
import { describeChange } from "./changes.ts";
import { isFinal, type Run, type ServiceHost } from "./host.ts";
import {
  type Happening,
  handle,
  isAllEnded,
  newServices,
  nextTime,
  type ServiceOrder,
  type Services,
  wantedConditions,
} from "./services.ts";
import type { Request, RunEvent, ServiceState } from "./state.ts";

/** How often to look whether a service is ready, and whether a condition is met. */
const LOOK_SECONDS = 0.25;

/** How often to look whether processes that got SIGKILL are gone. */
const GONE_SECONDS = 0.05;

export class ServiceManager {
  readonly #host: ServiceHost;
  readonly #clock: Clock;
  readonly #log: KernelLog;
  #services: Services;
  /** When the earliest timer that is set wakes. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #isLooking = false;
  /** Called once, at the next change. */
  #waiters: (() => void)[] = [];

  constructor(host: ServiceHost, clock: Clock, log: KernelLog, services: readonly Service[]) {
    this.#host = host;
    this.#clock = clock;
    this.#log = log;
    this.#services = newServices(services, clock.monotonicSeconds());
  }

  get services(): Services {
    return this.#services;
  }

  /** Starts the services that wait for nothing; the others follow. */
  start(): void {
    this.#happen({ kind: "time" });
  }

  /** Carries out a user's request and resolves to the state in which it ends. The service must exist. */
  async ask(name: string, request: Request): Promise<ServiceState> {
    this.#happen({ kind: "service", name, event: { kind: "request", request } });
    for (;;) {
      const state = this.#services.states.get(name);
      if (state === undefined) throw new RangeError(`Cannot find the service ${name}`);
      if (!IN_BETWEEN.includes(state.phase.kind)) return state;
      await this.#nextChange();
    }
  }

  /** Stops all services, in reverse order, and starts none any more. */
  async shutDown(): Promise<void> {
    this.#happen({ kind: "shutdown" });
    while (!isAllEnded(this.#services)) await this.#nextChange();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  #happen(happening: Happening): void {
    const before = this.#services;
    const { services, orders } = handle(before, happening, this.#clock.monotonicSeconds());
    if (services === before) return;
    this.#services = services;
    for (const [name, state] of services.states) this.#report(before.states.get(name), state);
    for (const order of orders) this.#carryOut(order);
    this.#setTimer();
    this.#lookForConditions();
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #report(before: ServiceState | undefined, state: ServiceState): void {
    if (before === undefined || before === state) return;
    const change = describeChange(before, state);
    if (change === undefined) return;
    this.#try(state.service, () => this.#host.note(state.service, change.text));
    if (change.isFailure) this.#log.error(`${state.service.name}: ${change.text}`);
  }

  #carryOut({ service, order }: ServiceOrder): void {
    if (order.kind === "spawn")
      this.#run(service, order.run).catch((error) => this.#complain(service, error));
    else this.#try(service, () => this.#host.signal(service, order.signal));
  }

  /** One run of a service, from its start until none of its processes is left. */
  async #run(service: Service, number: number): Promise<void> {
    const tell = (event: RunEvent) => this.#happen({ kind: "service", name: service.name, event });
    let run: Run;
    try {
      run = await this.#host.spawn(service);
    } catch (error) {
      const reason = describeError(error);
      return tell({ run: number, kind: "not-started", reason, isFinal: isFinal(error) });
    }
    tell({ run: number, kind: "started", pid: run.pid });
    this.#awaitReady(service, number).catch((error) => this.#complain(service, error));
    tell({ run: number, kind: "ended", exit: await run.exit });
    while (!this.#host.isGone(service)) await this.#clock.sleep(GONE_SECONDS);
    tell({ run: number, kind: "gone" });
  }

  async #awaitReady(service: Service, run: number): Promise<void> {
    for (;;) {
      const state = this.#services.states.get(service.name);
      if (state?.run !== run || state.phase.kind !== "starting") return;
      if (this.#host.isReady(service))
        this.#happen({ kind: "service", name: service.name, event: { run, kind: "ready" } });
      else await this.#clock.sleep(LOOK_SECONDS);
    }
  }

  /** Sets a timer for the next time, unless an earlier one is set: that one will set the next. */
  #setTimer(): void {
    const next = nextTime(this.#services);
    if (next === undefined || next >= this.#wakesAt) return;
    this.#wakesAt = next;
    this.#clock.sleep(Math.max(0, next - this.#clock.monotonicSeconds())).then(() => {
      if (this.#wakesAt === next) this.#wakesAt = Number.POSITIVE_INFINITY;
      this.#happen({ kind: "time" });
      this.#setTimer();
    });
  }

  /** Looks for the conditions that services wait for, as long as any does. */
  async #lookForConditions(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (let wanted = this.#wanted(); wanted.length > 0; wanted = this.#wanted()) {
      for (const condition of wanted)
        if (this.#isMet(condition)) this.#happen({ kind: "condition", condition });
      if (this.#wanted().length > 0) await this.#clock.sleep(LOOK_SECONDS);
    }
    this.#isLooking = false;
  }

  #wanted(): readonly Condition[] {
    return this.#services.isEnding ? [] : wantedConditions(this.#services);
  }

  #isMet(condition: Condition): boolean {
    try {
      return this.#host.isMet(condition);
    } catch (error) {
      this.#log.warn(`cannot find out about ${condition}: ${describeError(error)}`);
      return false;
    }
  }

  #try(service: Service, body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#complain(service, error);
    }
  }

  #complain({ name }: Service, error: unknown): void {
    this.#log.error(`${name}: ${describeError(error)}`);
  }
}

/** Phases that lead to another one soon. */
const IN_BETWEEN: readonly string[] = ["starting", "ending", "stopping"];
