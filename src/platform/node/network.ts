/** {@link Sockets} on Node. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv6, Socket } from "node:net";
import { errorCode } from "../../base/error.ts";
import type { Connection, Datagram, DatagramSocket, Endpoint, Listener, Sockets } from "../network.ts";
import { SystemError } from "../platform.ts";
import { describeEndpoint } from "../socket-address.ts";

export const nodeNetwork: Sockets = {
  connect: (address, port, seconds) => connect({ address, port }, seconds),
  connectPath: (path, seconds) => connect({ path }, seconds),
  listen,
  openDatagrams,

  ask: (address, port, datagram, seconds) =>
    new Promise((resolve) => {
      const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
      const end = (answer: Uint8Array | undefined): void => {
        clearTimeout(timer);
        socket.close();
        resolve(answer);
      };
      const timer = setTimeout(() => end(undefined), seconds * 1000);
      socket.once("error", () => end(undefined));
      socket.once("message", (message) => end(message));
      socket.connect(port, address, () => socket.send(datagram));
    }),
};

function connect(to: Endpoint, seconds: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const where = describeEndpoint(to);
    const socket = new Socket();
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" })),
      seconds * 1000,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(new SystemError("connect to", where, errorCode(error) ?? "EIO", error));
    };
    socket.once("error", fail);
    socket.connect("path" in to ? to : { host: to.address, port: to.port }, () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(connectionOf(socket, where));
    });
  });
}

async function listen(at: Endpoint): Promise<Listener> {
  const where = describeEndpoint(at);
  const waiting: Socket[] = [];
  let isOpen = true;
  let wake = (): void => {};
  const server = createServer((socket) => {
    waiting.push(socket);
    wake();
  });
  server.listen("path" in at ? at : { host: at.address, port: at.port });
  await once(server, "listening").catch((error: unknown) => {
    throw new SystemError("listen on", where, errorCode(error) ?? "EIO", error);
  });
  const own = server.address();
  return {
    at: "port" in at && typeof own === "object" && own !== null ? { ...at, port: own.port } : at,
    async accept() {
      for (;;) {
        const socket = waiting.shift();
        if (socket !== undefined) return connectionOf(socket, where);
        if (!isOpen) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close() {
      isOpen = false;
      server.close();
      for (const socket of waiting.splice(0)) socket.destroy();
      wake();
    },
  };
}

async function openDatagrams(address: string, port: number): Promise<DatagramSocket> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  const waiting: Datagram[] = [];
  let wake = (): void => {};
  socket.on("message", (bytes, from) => {
    waiting.push({ bytes, address: from.address, port: from.port });
    wake();
  });
  socket.bind(port, address);
  await once(socket, "listening").catch((error: unknown) => {
    throw new SystemError("listen on", describeEndpoint({ address, port }), errorCode(error) ?? "EIO", error);
  });
  socket.on("error", () => {}); // an earlier datagram could not be delivered
  return {
    port: socket.address().port,
    send: ({ bytes, ...to }) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, to.port, to.address, (error) => {
          if (error === null) resolve();
          else reject(new SystemError("send to", describeEndpoint(to), errorCode(error) ?? "EIO", error));
        });
      }),
    async receive(seconds) {
      if (waiting.length === 0) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, seconds * 1000);
        });
        clearTimeout(timer);
      }
      return waiting.shift();
    },
    close: () => void socket.close(),
  };
}

function connectionOf(socket: Socket, where: string): Connection {
  let failure: Error | undefined;
  let hasEnded = false;
  let wake = (): void => {};
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("readable", () => wake());
  socket.on("end", () => {
    hasEnded = true;
    wake();
  });
  socket.on("close", () => {
    hasEnded = true;
    wake();
  });
  const event = async (seconds: number): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLate = await new Promise<boolean>((resolve) => {
      wake = () => resolve(false);
      timer = setTimeout(() => resolve(true), seconds * 1000);
    });
    clearTimeout(timer);
    if (isLate) throw new SystemError("read from", where, "ETIMEDOUT");
  };
  return {
    async read(seconds) {
      for (;;) {
        const chunk = socket.read() as Buffer | null;
        if (chunk !== null) return chunk;
        if (failure !== undefined)
          throw new SystemError("read from", where, errorCode(failure) ?? "EIO", failure);
        if (hasEnded) return undefined;
        await event(seconds);
      }
    },
    write: (bytes, seconds) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new SystemError("write to", where, "ETIMEDOUT")),
          seconds * 1000,
        );
        socket.write(bytes, (error) => {
          clearTimeout(timer);
          if (error) reject(new SystemError("write to", where, errorCode(error) ?? "EIO", error));
          else resolve();
        });
      }),
    close: () => void socket.destroy(),
  };
}
