/** File times: seconds as a double here, whole seconds and nanoseconds for the kernel. The same on every engine, to the bit. */

/** For utimensat(2): both times (access, modification), each of seconds and nanoseconds. Rounded to the nearest. */
export function bothTimes(seconds: number): BigInt64Array {
  const { whole, nanoseconds } = partsOf(seconds);
  const timespec = [BigInt(whole), BigInt(nanoseconds)] as const;
  return BigInt64Array.from([...timespec, ...timespec]);
}

/** By way of milliseconds, as Node has it (src/node_file-inl.h, FillStatsArray): setting what was read changes nothing. */
export function secondsOf(whole: number, nanoseconds: number): number {
  return (whole * 1000 + nanoseconds / 1e6) / 1000;
}

/** `seconds` as a file system gives it back. */
export function asKept(seconds: number): number {
  const { whole, nanoseconds } = partsOf(seconds);
  return secondsOf(whole, nanoseconds);
}

function partsOf(seconds: number): { readonly whole: number; readonly nanoseconds: number } {
  const whole = Math.floor(seconds);
  const nanoseconds = Math.round((seconds - whole) * 1e9);
  return nanoseconds < 1e9 ? { whole, nanoseconds } : { whole: whole + 1, nanoseconds: 0 };
}
