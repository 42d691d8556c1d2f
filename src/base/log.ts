/** Log lines as `2026-02-23T14:41:25.685363Z INFO - Finished musl`. */

export type LogLevel = "INFO" | "WARN" | "ERROR";

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** UTC with microseconds; `epochMicroseconds` counts from 1970. */
export function formatTimestamp(epochMicroseconds: number): string {
  const micros = Math.floor(epochMicroseconds % 1_000_000);
  const seconds = new Date(Math.floor(epochMicroseconds / 1_000_000) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(micros).padStart(6, "0")}Z`;
}

/** A log that writes whole lines through `write`, stamped by `nowMicroseconds`. */
export function lineLog(write: (line: string) => void, nowMicroseconds: () => number): Log {
  const line = (level: LogLevel) => (message: string) =>
    write(`${formatTimestamp(nowMicroseconds())} ${level} - ${message}\n`);
  return { info: line("INFO"), warn: line("WARN"), error: line("ERROR") };
}
