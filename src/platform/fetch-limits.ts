/**
 * How long a fetch may take and how much it may return, for every {@link Fetcher}. The limits allow a slow
 * line, but not a server that stalls.
 */
import { concatBytes } from "../base/bytes.ts";
import { FetchError } from "./network.ts";

export interface FetchLimits {
  /** Longest wait for a connection. */
  readonly connectSeconds: number;
  /** Longest silence, before the head and between two parts of the body. */
  readonly idleSeconds: number;
  /** Longest time from the request to the end of the answer's head. */
  readonly headSeconds: number;
  /** In every `slowestSeconds` of waiting for the body, at least `slowestBytes` must arrive. */
  readonly slowestBytes: number;
  readonly slowestSeconds: number;
}

/** The slowest rate, 546 bytes a second, is below any modem's of the last thirty years. */
export const FETCH_LIMITS: FetchLimits = {
  connectSeconds: 20,
  idleSeconds: 60,
  headSeconds: 120,
  slowestBytes: 64 * 1024,
  slowestSeconds: 120,
};

/**
 * The body, as long as it arrives fast enough. The time that its reader takes between two parts does not
 * count. `now` returns seconds.
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

/** The whole body in memory. @throws FetchError `bad-answer` if it exceeds `most` bytes. */
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
