/**
 * The socket through which commands reach process 1. A request is one line of words: `list`, `start NAME`,
 * `stop NAME`, `restart NAME`. The answer is one {@link Answer} as JSON; then process 1 closes the
 * connection. Only root may connect.
 */
import { describeError, errorCode } from "../../base/error.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import { acceptConnection, bindSocket, readAvailable } from "../../linux/unix-socket.ts";
import { makeFolders } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import type { KernelLog } from "../kernel-log.ts";
import type { ServiceManager } from "./manager.ts";
import type { Request } from "./state.ts";
import { type Moment, type Status, statusesOf, statusOf } from "./status.ts";

const FOLDER = "/run/bq2";
export const CONTROL_SOCKET = `${FOLDER}/control`;

const LONGEST_REQUEST = 256;
const REQUESTS: readonly string[] = ["start", "stop", "restart"] satisfies readonly Request[];

export type Answer =
  | { readonly kind: "services"; readonly services: readonly Status[] }
  /** The service after the request. */
  | { readonly kind: "service"; readonly service: Status }
  | { readonly kind: "no-such-service"; readonly names: readonly string[] }
  | { readonly kind: "bad-request" };

/** Answers requests for ever. Throws if the socket cannot be opened. */
export async function serveRequests(
  platform: Platform,
  manager: ServiceManager,
  log: KernelLog,
): Promise<void> {
  const { waitReadable } = platform.kernel;
  if (waitReadable === undefined) return;
  makeFolders(platform.files, FOLDER, 0o755);
  const socket = bindSocket(platform, CONTROL_SOCKET, { kind: "stream", mode: 0o600 });
  for (;;) {
    await waitReadable(socket);
    const connection = acceptConnection(platform, socket);
    if (connection === undefined) continue;
    serve(platform, manager, connection, waitReadable).catch((error: unknown) => {
      if (errorCode(error) !== "EPIPE") log.warn(`control socket: ${describeError(error)}`);
    });
  }
}

async function serve(
  platform: Platform,
  manager: ServiceManager,
  connection: number,
  waitReadable: (fd: number) => Promise<void>,
): Promise<void> {
  try {
    const buffer = new Uint8Array(LONGEST_REQUEST);
    await waitReadable(connection);
    const line = decodeUtf8(readAvailable(platform, connection, buffer) ?? new Uint8Array());
    const answer = await answerTo(line, manager, () => momentOf(platform));
    platform.files.write(connection, encodeUtf8(`${JSON.stringify(answer)}\n`), null);
  } finally {
    platform.files.close(connection);
  }
}

function momentOf({ clock }: Platform): Moment {
  return { seconds: clock.monotonicSeconds(), microseconds: clock.nowMicroseconds() };
}

export async function answerTo(line: string, manager: ServiceManager, now: () => Moment): Promise<Answer> {
  const [verb = "", name = ""] = line.trim().split(" ");
  if (verb === "list") return { kind: "services", services: statusesOf(manager.services, now()) };
  if (!REQUESTS.includes(verb)) return { kind: "bad-request" };
  const { states } = manager.services;
  if (!states.has(name)) return { kind: "no-such-service", names: [...states.keys()] };
  const state = await manager.ask(name, verb as Request);
  return { kind: "service", service: statusOf(manager.services, state, now()) };
}
