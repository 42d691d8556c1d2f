/** {@link Network} on Node. */
import { createSocket } from "node:dgram";
import { Socket } from "node:net";
import { errorCode } from "../../base/error.ts";
import type { Connection, Network } from "../network.ts";
import { SystemError } from "../platform.ts";

export const nodeNetwork: Network = {
  connect: (address, port, seconds) =>
    new Promise((resolve, reject) => {
      const where = `${address}:${port}`;
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
      socket.connect({ host: address, port }, () => {
        clearTimeout(timer);
        socket.off("error", fail);
        resolve(connectionOf(socket, where));
      });
    }),

  ask: (address, port, datagram, seconds) =>
    new Promise((resolve) => {
      const socket = createSocket("udp4");
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
