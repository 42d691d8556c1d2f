/** Signals on QuickJS: the event loop reads them from a signalfd(2). */
import {
  _NSIG,
  O_CLOEXEC,
  O_NONBLOCK,
  SIG_BLOCK,
  SIG_IGN,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGNALS,
} from "../linux-abi.ts";
import { call, rawCall } from "./call.ts";
import { listen } from "./loop.ts";

const SIGSET_SIZE = _NSIG / 8;
const SIGINFO_SIZE = 128; // include/uapi/linux/signalfd.h: struct signalfd_siginfo, its number first

export function signalNumber(name: string): number {
  const number = SIGNALS[name];
  if (number === undefined) throw new RangeError(`Cannot use signal ${name}: there is none of that name`);
  return number;
}

export function signalName(number: number): string {
  const found = Object.entries(SIGNALS).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}

/**
 * Calls `handler` on each of `signals`, which then do not end the process; the returned function undoes it.
 */
export function onSignal(signals: readonly string[], handler: (signal: string) => void): () => void {
  const set = signalSet(signals);
  changeMask(SIG_BLOCK, set);
  const fd = call(
    "listen for",
    signals.join(", "),
    "signalfd4",
    -1,
    set,
    SIGSET_SIZE,
    O_CLOEXEC | O_NONBLOCK,
  );
  const info = new Uint8Array(SIGINFO_SIZE);
  const stop = listen(fd, () => {
    while (rawCall("read", fd, info, info.length) === info.length) {
      handler(signalName(new DataView(info.buffer).getUint32(0, true)));
    }
  });
  return () => {
    stop();
    rawCall("close", fd);
    changeMask(SIG_UNBLOCK, set);
  };
}

/** Writing to a pipe without a reader becomes an error instead of ending the process. */
export function ignoreBrokenPipes(): void {
  // The kernel's struct sigaction: handler, flags, restorer, mask; 64 bits each.
  const action = new Uint8Array(BigUint64Array.of(BigInt(SIG_IGN), 0n, 0n, 0n).buffer);
  rawCall("rt_sigaction", signalNumber("SIGPIPE"), action, null, SIGSET_SIZE);
}

/** In a child before execve(2), which resets caught signals: unblocks all and restores SIGPIPE's default. */
export function resetSignals(): void {
  rawCall("rt_sigaction", signalNumber("SIGPIPE"), new Uint8Array(32), null, SIGSET_SIZE);
  changeMask(SIG_SETMASK, new Uint8Array(SIGSET_SIZE));
}

function changeMask(how: number, set: Uint8Array): void {
  rawCall("rt_sigprocmask", how, set, null, SIGSET_SIZE);
}

function signalSet(signals: readonly string[]): Uint8Array {
  const bits = signals.reduce((sum, name) => sum | (1n << BigInt(signalNumber(name) - 1)), 0n);
  return new Uint8Array(BigUint64Array.of(bits).buffer);
}
