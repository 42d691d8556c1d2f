/**
 * The descriptors that a process starts with, and the end of a program whose output has no reader any more.
 */
import { SIGNALS } from "./linux-abi.ts";
import { SystemError } from "./platform.ts";

/** Their names in messages. */
export const STANDARD_STREAMS: ReadonlyMap<number, string> = new Map([
  [0, "standard input"],
  [1, "standard output"],
  [2, "standard error"],
]);

/**
 * The exit code of a program whose reader has gone: 128 plus the number of SIGPIPE, as a shell reports it.
 */
export const READER_GONE: number = 128 + (SIGNALS.SIGPIPE ?? 0);

/** Whether output failed because its reader has gone, as in `bq2 … | head`. Nobody wants the rest then. */
export function isReaderGone(error: unknown): boolean {
  return (
    error instanceof SystemError &&
    error.code === "EPIPE" &&
    [...STANDARD_STREAMS.values()].includes(error.path)
  );
}
