/**
 * How long a fetch may take and how much it may bring: one rule for every {@link Fetcher}. A slow line is waited for, a
 * server that holds us up is not.
 */
import { concatBytes } from "../base/bytes.ts";
import { FetchError } from "./platform.ts";

export interface FetchLimits {
  /** Longest wait for a connection. */
  readonly connectSeconds: number;
  /** Longest silence: before the head, and between two parts of the body. */
  readonly idleSeconds: number;
  /** Longest time from the request to the end of the answer's head. */
  readonly headSeconds: number;
  /** Of a body, so many bytes must come in every so many seconds of waiting for it. */
  readonly slowestBytes: number;
  readonly slowestSeconds: number;
}

/** At 546 bytes a second, slower than any modem of the last thirty years, the largest archive would take days. */
export const FETCH_LIMITS: FetchLimits = {
  connectSeconds: 20,
  idleSeconds: 60,
  headSeconds: 120,
  slowestBytes: 64 * 1024,
  slowestSeconds: 120,
};

/**
 * The body, held to the slowest rate. What its reader does between two parts does not count. `now` gives seconds.
 *
 * @throws FetchError `timed-out`.
 */
export async function* notTooSlow(
  body: AsyncIterable<Uint8Array>,
  from: string,
  { slowestBytes, slowestSeconds }: FetchLimits,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  let [bytes, seconds] = [0, 0];
  let asked = now();
  for await (const chunk of body) {
    seconds += now() - asked;
    bytes += chunk.length;
    if (bytes >= slowestBytes) [bytes, seconds] = [0, 0];
    else if (seconds >= slowestSeconds) {
      throw new FetchError(
        `${from} is too slow: ${bytes} bytes in ${Math.round(seconds)} seconds, at least ${slowestBytes} are wanted`,
        "timed-out",
      );
    }
    yield chunk;
    asked = now();
  }
}

/** A body that is held in memory. @throws FetchError `bad-answer` where it has more than `most` bytes. */
export async function collectBody(
  body: AsyncIterable<Uint8Array>,
  from: string,
  most: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new FetchError(`${from} sends more than ${most} bytes`, "bad-answer");
    parts.push(chunk);
  }
  return concatBytes(parts);
}
