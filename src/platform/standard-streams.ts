/** The descriptors that a process starts with, and the end of a program that nobody reads any more. */
import { SIGNALS } from "./linux-abi.ts";
import { SystemError } from "./platform.ts";

/** As messages name them. */
export const STANDARD_STREAMS: ReadonlyMap<number, string> = new Map([
  [0, "standard input"],
  [1, "standard output"],
  [2, "standard error"],
]);

/** The exit code of a program whose reader has gone: 128 and the number of SIGPIPE, as a shell tells it. */
export const READER_GONE: number = 128 + (SIGNALS.SIGPIPE ?? 0);

/**
 * True where output failed because nobody reads it any more, as in `bq2 … | head`. What is left to say is then not
 * wanted, nor is the error.
 */
export function isReaderGone(error: unknown): boolean {
  return (
    error instanceof SystemError &&
    error.code === "EPIPE" &&
    [...STANDARD_STREAMS.values()].includes(error.path)
  );
}
