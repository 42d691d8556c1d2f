/**
 * The event loop on QuickJS: descriptors by epoll(7), and timers. The runtime calls it whenever no promise
 * job is left. The program ends when nothing is awaited any more.
 */
import { architecture, setIdle } from "bq2:native";
import type { Arch } from "../../base/arch.ts";
import {
  CLOCK_MONOTONIC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  O_CLOEXEC,
} from "../linux-abi.ts";
import { SystemError } from "../platform.ts";
import { call, errnoName, rawCall } from "./call.ts";

/** struct epoll_event, in bytes: packed on x86_64 alone (EPOLL_PACKED). */
const EVENTS: { readonly [A in Arch]: { readonly size: number; readonly fdAt: number } } = {
  x86_64: { size: 12, fdAt: 4 },
  aarch64: { size: 16, fdAt: 8 },
};
const EVENT = EVENTS[architecture];
const EVENTS_AT_ONCE = 256;

type Wake = () => void;

interface Watch {
  readers: Wake[];
  writers: Wake[];
  /** Called whenever the descriptor is readable; does not keep the program alive. */
  listener: Wake | undefined;
}

interface Timer {
  readonly at: number;
  readonly wake: Wake;
}

const watches = new Map<number, Watch>();
/** Soonest first. */
const timers: Timer[] = [];
const events = new Uint8Array(EVENTS_AT_ONCE * EVENT.size);
const eventsView = new DataView(events.buffer);
let epoll = -1;

/** Resolves when `fd` is readable or at its end; at once for files, which are always ready. */
export function waitReadable(fd: number): Promise<void> {
  return new Promise((wake) => change(fd, (watch) => watch.readers.push(wake), wake));
}

/** Resolves when `fd` accepts bytes, or fails. */
export function waitWritable(fd: number): Promise<void> {
  return new Promise((wake) => change(fd, (watch) => watch.writers.push(wake), wake));
}

/** Calls `listener` whenever `fd` is readable, until the returned function is called. Keeps nothing alive. */
export function listen(fd: number, listener: Wake): () => void {
  change(fd, (watch) => {
    watch.listener = listener;
  });
  return () =>
    change(fd, (watch) => {
      watch.listener = undefined;
    });
}

/** Drops all waiters for `fd`, which then never wake. Call it before closing a descriptor with waiters. */
export function forget(fd: number): void {
  if (!watches.has(fd)) return;
  change(fd, (watch) => {
    watch.readers = [];
    watch.writers = [];
    watch.listener = undefined;
  });
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((wake) => addTimer(seconds, wake));
}

/** Calls `wake` once, `seconds` from now; the returned function cancels it. */
export function addTimer(seconds: number, wake: Wake): () => void {
  const timer = { at: monotonicSeconds() + seconds, wake };
  const index = timers.findIndex((other) => other.at > timer.at);
  timers.splice(index < 0 ? timers.length : index, 0, timer);
  return () => {
    const at = timers.indexOf(timer);
    if (at >= 0) timers.splice(at, 1);
  };
}

const idleWaiters: Wake[] = [];

/** Resolves when nothing is awaited any more, neither a timer nor a descriptor. */
export function whenIdle(): Promise<void> {
  return new Promise((wake) => {
    idleWaiters.push(wake);
  });
}

const timespec = new BigInt64Array(2);

export function clockSeconds(clock: number): { readonly seconds: number; readonly nanoseconds: number } {
  call("read", "the clock", "clock_gettime", clock, new Uint8Array(timespec.buffer));
  return { seconds: Number(timespec[0]), nanoseconds: Number(timespec[1]) };
}

export function monotonicSeconds(): number {
  const { seconds, nanoseconds } = clockSeconds(CLOCK_MONOTONIC);
  return seconds + nanoseconds / 1e9;
}

/** Changes what is awaited on `fd`, also in the kernel. Calls `always` if the kernel cannot wait for `fd`. */
function change(fd: number, edit: (watch: Watch) => void, always?: Wake): void {
  if (epoll < 0) epoll = call("make", "an epoll", "epoll_create1", O_CLOEXEC);
  const known = watches.get(fd);
  const watch = known ?? { readers: [], writers: [], listener: undefined };
  edit(watch);
  const mask = maskOf(watch);
  if (mask === 0) watches.delete(fd);
  else watches.set(fd, watch);
  const operation = known === undefined ? EPOLL_CTL_ADD : mask === 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  const event = new Uint8Array(EVENT.size);
  const view = new DataView(event.buffer);
  view.setUint32(0, mask, true);
  view.setInt32(EVENT.fdAt, fd, true);
  const result = rawCall("epoll_ctl", epoll, operation, fd, event);
  if (result >= 0) return;
  const code = errnoName(result);
  // A closed descriptor leaves epoll by itself. Files cannot be awaited (EPERM), and need not be.
  if (mask === 0 && (code === "ENOENT" || code === "EBADF")) return;
  watches.delete(fd);
  if (code === "EPERM" && always !== undefined) always();
  else throw new SystemError("wait for", `descriptor ${fd}`, code);
}

function maskOf(watch: Watch): number {
  const reads = watch.readers.length > 0 || watch.listener !== undefined;
  return (reads ? EPOLLIN : 0) | (watch.writers.length > 0 ? EPOLLOUT : 0);
}

function isAnythingAwaited(): boolean {
  const isAwaited = [...watches.values()].some((watch) => watch.readers.length + watch.writers.length > 0);
  return isAwaited || timers.length > 0;
}

/** Waits for the next events and wakes their waiters. */
function waitForEvents(): void {
  const [first] = timers;
  const seconds = first === undefined ? -1 : Math.max(0, first.at - monotonicSeconds());
  const milliseconds = seconds < 0 ? -1 : Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1);
  if (epoll < 0) epoll = call("make", "an epoll", "epoll_create1", O_CLOEXEC);
  const count = rawCall("epoll_pwait", epoll, events, EVENTS_AT_ONCE, milliseconds, null, 8);
  for (let i = 0; i < count; i++) {
    const mask = eventsView.getUint32(i * EVENT.size, true);
    wakeWaiters(eventsView.getInt32(i * EVENT.size + EVENT.fdAt, true), mask);
  }
  runTimers();
}

function wakeWaiters(fd: number, mask: number): void {
  const watch = watches.get(fd);
  if (watch === undefined) return;
  const hasEnded = (mask & (EPOLLERR | EPOLLHUP)) !== 0;
  const woken: Wake[] = [];
  if (hasEnded || (mask & EPOLLIN) !== 0) {
    woken.push(...watch.readers);
    if (watch.listener !== undefined) woken.push(watch.listener);
  }
  if (hasEnded || (mask & EPOLLOUT) !== 0) woken.push(...watch.writers);
  change(fd, () => {
    watch.readers = watch.readers.filter((wake) => !woken.includes(wake));
    watch.writers = watch.writers.filter((wake) => !woken.includes(wake));
  });
  for (const wake of woken) wake();
}

function runTimers(): void {
  const now = monotonicSeconds();
  for (let first = timers[0]; first !== undefined && first.at <= now; first = timers[0]) {
    timers.shift();
    first.wake();
  }
}

/** From now on the runtime waits for events until nothing is awaited. */
export function startLoop(): void {
  setIdle(() => {
    if (isAnythingAwaited()) {
      waitForEvents();
      return true;
    }
    const woken = idleWaiters.splice(0);
    for (const wake of woken) wake();
    return woken.length > 0;
  });
}

/** From now on the runtime waits for events for ever, and reports errors instead of ending. */
export function runForever(failed: (error: unknown) => void): void {
  setIdle(() => {
    try {
      waitForEvents();
    } catch (error) {
      failed(error);
    }
    return true;
  });
}
