/** {@link Network} on QuickJS: non-blocking sockets and the event loop. */
import {
  AF_INET,
  O_CLOEXEC,
  O_NONBLOCK,
  SO_ERROR,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../linux-abi.ts";
import type { Connection, Network } from "../network.ts";
import { SystemError } from "../platform.ts";
import { call, errnoName, rawCall } from "./call.ts";
import { addTimer, forget, waitReadable, waitWritable } from "./loop.ts";

const CHUNK = 65536;
const DATAGRAM = 4096; // more than any answer of a name server over UDP

export const quickjsNetwork: Network = {
  async connect(address, port, seconds) {
    const where = `${address}:${port}`;
    const fd = await open(SOCK_STREAM, address, port, seconds);
    return connectionOf(fd, where);
  },

  async ask(address, port, datagram, seconds) {
    let fd = -1;
    try {
      fd = await open(SOCK_DGRAM, address, port, seconds);
      call("write to", address, "write", fd, datagram, datagram.length);
      return await readSome(fd, `${address}:${port}`, DATAGRAM, seconds);
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    } finally {
      if (fd >= 0) rawCall("close", fd);
    }
  },
};

/** include/uapi/linux/in.h: struct sockaddr_in. */
function socketAddress(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  bytes.set(address.split(".").map(Number), 4);
  return bytes;
}

async function open(type: number, address: string, port: number, seconds: number): Promise<number> {
  const [action, where] = ["connect to", `${address}:${port}`] as const;
  const fd = call(action, where, "socket", AF_INET, type | O_NONBLOCK | O_CLOEXEC, 0);
  try {
    const target = socketAddress(address, port);
    const result = rawCall("connect", fd, target, target.length);
    if (result < 0 && errnoName(result) !== "EINPROGRESS") {
      throw new SystemError(action, where, errnoName(result));
    }
    if (result < 0) await withTimeout(waitWritable(fd), fd, action, where, seconds);
    const outcome = new Int32Array(1);
    const size = Int32Array.of(4);
    call(action, where, "getsockopt", fd, SOL_SOCKET, SO_ERROR, bytesOf(outcome), bytesOf(size));
    if (outcome[0] !== 0) throw new SystemError(action, where, errnoName(-(outcome[0] ?? 0)));
    return fd;
  } catch (error) {
    rawCall("close", fd);
    throw error;
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer);
}

function connectionOf(fd: number, where: string): Connection {
  let isOpen = true;
  return {
    read: (seconds) => readSome(fd, where, CHUNK, seconds),
    async write(bytes, seconds) {
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.subarray(done);
        const length = rawCall("write", fd, rest, rest.length);
        if (length >= 0) done += length;
        else if (errnoName(length) === "EAGAIN")
          await withTimeout(waitWritable(fd), fd, "write to", where, seconds);
        else throw new SystemError("write to", where, errnoName(length));
      }
    },
    close() {
      if (isOpen) rawCall("close", fd);
      isOpen = false;
    },
  };
}

async function readSome(
  fd: number,
  where: string,
  most: number,
  seconds: number,
): Promise<Uint8Array | undefined> {
  const chunk = new Uint8Array(most);
  for (;;) {
    const length = rawCall("read", fd, chunk, most);
    if (length > 0) return chunk.subarray(0, length);
    if (length === 0) return undefined;
    if (errnoName(length) !== "EAGAIN") throw new SystemError("read from", where, errnoName(length));
    await withTimeout(waitReadable(fd), fd, "read from", where, seconds);
  }
}

/** Waits for `event`. After `seconds` it drops the waiters for `fd` and throws `ETIMEDOUT`. */
function withTimeout(
  event: Promise<void>,
  fd: number,
  action: string,
  where: string,
  seconds: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopTimer = addTimer(Math.max(0, seconds), () => {
      forget(fd);
      reject(new SystemError(action, where, "ETIMEDOUT"));
    });
    event.then(() => {
      stopTimer();
      resolve();
    });
  });
}
