/** Requests of commands to process 1. */
import * as v from "valibot";
import { concatBytes } from "../../base/bytes.ts";
import { Bq2Error, errorCode } from "../../base/error.ts";
import { nearestName } from "../../base/nearest.ts";
import { decodeUtf8, encodeUtf8 } from "../../base/text.ts";
import { connectTo } from "../../linux/unix-socket.ts";
import { parseAs } from "../../plan/parse.ts";
import { chunksOf } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { type Answer, CONTROL_SOCKET } from "./control.ts";
import type { Request } from "./state.ts";
import type { Status } from "./status.ts";

const StatusSchema = v.object({
  name: v.string(),
  state: v.string(),
  failure: v.nullable(v.string()),
  since: v.number(),
  pid: v.nullable(v.number()),
  restarts: v.number(),
  lastExit: v.nullable(v.string()),
});

/** Other fields are ignored: after an update, process 1 is older than this command until the next boot. */
const AnswerSchema = v.variant("kind", [
  v.object({ kind: v.literal("services"), services: v.array(StatusSchema) }),
  v.object({ kind: v.literal("service"), service: StatusSchema }),
  v.object({ kind: v.literal("no-such-service"), names: v.array(v.string()) }),
  v.object({ kind: v.literal("bad-request") }),
]) satisfies v.GenericSchema<unknown, Answer>;

/** All services. Throws Bq2Error `no-process-1` on a machine that bq2's process 1 does not run. */
export function listServices(platform: Platform): readonly Status[] {
  const answer = ask(platform, "list");
  return answer.kind === "services" ? answer.services : misunderstood();
}

/** Resolves to the service after the request. Throws Bq2Error `no-such-service`, with a suggestion. */
export function requestOf(platform: Platform, request: Request, name: string): Status {
  const answer = ask(platform, `${request} ${name}`);
  if (answer.kind === "service") return answer.service;
  if (answer.kind === "no-such-service") throw noSuchService(name, answer.names);
  return misunderstood();
}

export function noSuchService(name: string, names: readonly string[]): Bq2Error {
  const nearest = nearestName(name, names);
  return new Bq2Error(`Cannot find the service ${name}`, {
    code: "no-such-service",
    hint: nearest === undefined ? "`bq2 services` lists all" : `did you mean ${nearest}?`,
  });
}

function misunderstood(): never {
  throw new Bq2Error("Cannot talk to process 1: it does not understand the request", {
    code: "bad-request",
    hint: "it is older than this command: restart the machine",
  });
}

/** Waits for the answer, which comes when a service has started or stopped. */
function ask(platform: Platform, line: string): Answer {
  const { files } = platform;
  const socket = connect(platform);
  try {
    files.write(socket, encodeUtf8(`${line}\n`), null);
    const text = decodeUtf8(concatBytes([...chunksOf(files, socket)].map((chunk) => chunk.slice())));
    return parseAs(AnswerSchema, text, "the answer of process 1", "is the machine shutting down?");
  } finally {
    files.close(socket);
  }
}

function connect(platform: Platform): number {
  try {
    return connectTo(platform, CONTROL_SOCKET);
  } catch (error) {
    if (errorCode(error) === "EACCES")
      throw new Bq2Error("Cannot talk to process 1: only root may do that", {
        code: "not-root",
        cause: error,
      });
    throw new Bq2Error("Cannot find services: this machine is not run by bq2's process 1", {
      code: "no-process-1",
      hint: "services exist in a booted image",
      cause: error,
    });
  }
}
