/** The client's messages, one by one, from a stream of bytes. */
import { Bq2Error } from "../../base/error.ts";
import type { Files } from "../../platform/platform.ts";
import { MAX_MESSAGE } from "./protocol.ts";

const LENGTH_SIZE = 4;

/**
 * The messages in the stream `fd`, without their lengths. Each is valid until the next one is requested. A
 * message that is cut by the end of the stream is dropped: the client has gone. Throws `message-too-long`:
 * what follows such a message cannot be found, and to skip gigabytes helps nobody.
 */
export function* messagesFrom(files: Pick<Files, "read">, fd: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(LENGTH_SIZE + MAX_MESSAGE);
  const view = new DataView(buffer.buffer);
  let start = 0;
  let end = 0;
  for (;;) {
    const wanted = end - start < LENGTH_SIZE ? LENGTH_SIZE : LENGTH_SIZE + lengthAt(view, start);
    if (end - start >= wanted && wanted > LENGTH_SIZE) {
      yield buffer.subarray(start + LENGTH_SIZE, start + wanted);
      start += wanted;
      continue;
    }
    if (start + wanted > buffer.length || start === end) {
      buffer.copyWithin(0, start, end);
      end -= start;
      start = 0;
    }
    const found = files.read(fd, buffer, end, buffer.length - end, null);
    if (found === 0) return;
    end += found;
  }
}

function lengthAt(view: DataView, start: number): number {
  const length = view.getUint32(start);
  if (length > 0 && length <= MAX_MESSAGE) return length;
  throw new Bq2Error(
    `Cannot continue: the client sent a message of ${length} bytes, wanted 1 to ${MAX_MESSAGE}`,
    {
      code: "message-too-long",
      hint: "is it a client of SFTP?",
    },
  );
}
