/** {@link Sockets} on QuickJS: non-blocking sockets and the event loop. */
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NONBLOCK,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../linux-abi.ts";
import type { Connection, DatagramSocket, Endpoint, Listener, Sockets } from "../network.ts";
import { SystemError } from "../platform.ts";
import { decodeEndpoint, describeEndpoint, encodeEndpoint } from "../socket-address.ts";
import { call, errnoName, nameWord, rawCall } from "./call.ts";
import { addTimer, forget, waitReadable, waitWritable } from "./loop.ts";

const CHUNK = 65536;
const ANSWER_SIZE = 4096; // more than any answer of a name server over UDP
const ADDRESS_SIZE = 128; // include/uapi/linux/socket.h: struct __kernel_sockaddr_storage
/** Connections that wait to be accepted; the kernel's own limit is /proc/sys/net/core/somaxconn. */
const WAITING_AT_MOST = 4096;

export const quickjsNetwork: Sockets = {
  connect: (address, port, seconds) => connect({ address, port }, seconds),
  connectPath: (path, seconds) => connect({ path }, seconds),
  listen,
  openDatagrams,

  async ask(address, port, datagram, seconds) {
    let fd = -1;
    try {
      fd = await open(SOCK_DGRAM, { address, port }, seconds);
      call("write to", address, "write", fd, datagram, datagram.length);
      return await readSome(fd, `${address}:${port}`, ANSWER_SIZE, seconds);
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    } finally {
      if (fd >= 0) rawCall("close", fd);
    }
  },
};

async function connect(to: Endpoint, seconds: number): Promise<Connection> {
  return connectionOf(await open(SOCK_STREAM, to, seconds), describeEndpoint(to));
}

async function open(type: number, to: Endpoint, seconds: number): Promise<number> {
  const [action, where] = ["connect to", describeEndpoint(to)] as const;
  const { family, bytes } = encodeEndpoint(to);
  const fd = call(action, where, "socket", family, type | O_NONBLOCK | O_CLOEXEC, 0);
  try {
    const result = rawCall("connect", fd, bytes, bytes.length);
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

/** A socket of this machine at an address. */
function bindTo(type: number, at: Endpoint, prepare: (fd: number) => void): number {
  const [action, where] = ["listen on", describeEndpoint(at)] as const;
  const { family, bytes } = encodeEndpoint(at);
  const fd = call(action, where, "socket", family, type | O_NONBLOCK | O_CLOEXEC, 0);
  try {
    prepare(fd);
    call(action, where, "bind", fd, bytes, bytes.length);
    if (type === SOCK_STREAM) call(action, where, "listen", fd, WAITING_AT_MOST);
    return fd;
  } catch (error) {
    rawCall("close", fd);
    throw error;
  }
}

/** The socket's own address. */
function endpointOf(fd: number): Endpoint {
  const address = new Uint8Array(ADDRESS_SIZE);
  const size = Int32Array.of(address.length);
  call("ask for", "a socket's address", "getsockname", fd, address, bytesOf(size));
  return decodeEndpoint(address);
}

async function listen(wanted: Endpoint): Promise<Listener> {
  const fd = bindTo(SOCK_STREAM, wanted, (socket) => {
    // A server that is restarted gets its port at once, in spite of connections that are not quite closed.
    const on = bytesOf(Int32Array.of(1));
    if ("port" in wanted)
      call("listen on", wanted.address, "setsockopt", socket, SOL_SOCKET, SO_REUSEADDR, on, 4);
  });
  const where = describeEndpoint(wanted);
  let isOpen = true;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return {
    at: "path" in wanted ? wanted : endpointOf(fd),
    async accept() {
      while (isOpen) {
        const accepted = rawCall("accept4", fd, null, null, O_NONBLOCK | O_CLOEXEC);
        if (accepted >= 0) return connectionOf(accepted, where);
        const code = errnoName(accepted);
        if (code === "EAGAIN") await Promise.race([waitReadable(fd), stopped]);
        else if (code !== "ECONNABORTED") throw new SystemError("accept from", where, code);
      }
      return undefined;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      forget(fd);
      rawCall("close", fd);
      if ("path" in wanted) rawCall("unlinkat", AT_FDCWD, nameWord("remove", wanted.path), 0);
      stop();
    },
  };
}

async function openDatagrams(address: string, wantedPort: number): Promise<DatagramSocket> {
  const where = describeEndpoint({ address, port: wantedPort });
  const fd = bindTo(SOCK_DGRAM, { address, port: wantedPort }, () => {});
  const own = endpointOf(fd);
  let isOpen = true;
  return {
    port: "port" in own ? own.port : wantedPort,
    async send({ bytes, ...to }) {
      const target = encodeEndpoint(to).bytes;
      const what = describeEndpoint(to);
      for (;;) {
        const result = rawCall("sendto", fd, bytes, bytes.length, 0, target, target.length);
        if (result >= 0) return;
        if (errnoName(result) !== "EAGAIN") throw new SystemError("send to", what, errnoName(result));
        await waitWritable(fd);
      }
    },
    async receive(seconds) {
      const buffer = new Uint8Array(CHUNK);
      const from = new Uint8Array(ADDRESS_SIZE);
      for (;;) {
        const size = bytesOf(Int32Array.of(from.length));
        const length = rawCall("recvfrom", fd, buffer, buffer.length, 0, from, size);
        if (length >= 0) {
          const sender = decodeEndpoint(from);
          if ("port" in sender) return { bytes: buffer.slice(0, length), ...sender };
        } else if (errnoName(length) !== "EAGAIN") {
          throw new SystemError("receive on", where, errnoName(length));
        }
        try {
          await withTimeout(waitReadable(fd), fd, "receive on", where, seconds);
        } catch {
          return undefined; // only time can run out
        }
      }
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      forget(fd);
      rawCall("close", fd);
    },
  };
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
