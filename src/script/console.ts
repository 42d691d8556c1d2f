/** `console`: values as text, to standard output (log, info, debug, dir) or standard error (the others). */
import type { Clock, Host } from "../platform/platform.ts";
import { inspect } from "./inspect.ts";
import { userFrames } from "./stack.ts";

export type Console = ReturnType<typeof makeConsole>;

export function makeConsole(
  host: Pick<Host, "writeOut" | "writeError">,
  clock: Pick<Clock, "monotonicSeconds">,
) {
  const out = (...values: unknown[]): void => host.writeOut(`${formatAll(values)}\n`);
  const error = (...values: unknown[]): void => host.writeError(`${formatAll(values)}\n`);
  const starts = new Map<string, number>();
  const elapsed = (label: string): string => {
    const milliseconds = (clock.monotonicSeconds() - (starts.get(label) ?? Number.NaN)) * 1000;
    return `${label}: ${milliseconds.toFixed(3)} ms`;
  };
  return {
    log: out,
    info: out,
    debug: out,
    dir: (value: unknown): void => out(inspect(value)),
    error,
    warn: error,
    trace(...values: unknown[]): void {
      error(["Trace", ...values.map(formatOne)].join(" "));
      host.writeError(
        userFrames(new Error().stack ?? "")
          .map((line) => `${line}\n`)
          .join(""),
      );
    },
    assert(condition?: unknown, ...values: unknown[]): void {
      if (!condition) error("Assertion failed", ...values);
    },
    time(label = "default"): void {
      starts.set(label, clock.monotonicSeconds());
    },
    timeLog: (label = "default"): void => out(elapsed(label)),
    timeEnd(label = "default"): void {
      out(elapsed(label));
      starts.delete(label);
    },
  };
}

/**
 * Strings unchanged, other values inspected, separated by spaces. A first string may contain `%s`, `%d`,
 * `%j`, `%o`…
 */
export function formatAll(values: readonly unknown[]): string {
  const [first, ...rest] = values;
  if (typeof first !== "string" || !first.includes("%")) return values.map(formatOne).join(" ");
  let used = 0;
  const text = first.replaceAll(/%([sdifjoOc%])/g, (whole, letter: string) => {
    if (letter === "%") return "%";
    return used < rest.length ? formatAs(letter, rest[used++]) : whole;
  });
  return [text, ...rest.slice(used).map(formatOne)].join(" ");
}

function formatOne(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

/** https://console.spec.whatwg.org/#formatter */
function formatAs(letter: string, value: unknown): string {
  if (letter === "s") return formatOne(value);
  if (letter === "d") return typeof value === "bigint" ? `${value}n` : String(Number(value));
  if (letter === "i")
    return typeof value === "bigint" ? `${value}n` : String(Number.parseInt(String(value), 10));
  if (letter === "f") return String(Number.parseFloat(String(value)));
  if (letter === "j") return JSON.stringify(value) ?? "undefined";
  return letter === "c" ? "" : inspect(value);
}
