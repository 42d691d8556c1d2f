/** One session: the client's messages in, the replies out. */
import { Bq2Error, describeError, errorCode } from "../../base/error.ts";
import type { AppletContext } from "../applet.ts";
import { BAD_MESSAGE, FieldReader } from "./fields.ts";
import { messagesFrom } from "./messages.ts";
import { OPEN_OPERATIONS } from "./open-operations.ts";
import { PATH_OPERATIONS } from "./path-operations.ts";
import { INIT, STATUS, type StatusCode } from "./protocol.ts";
import { failure, type Reply, replyMessage, versionMessage } from "./reply.ts";
import { type RequestFields, type RequestKind, readRequest } from "./request.ts";
import { Session } from "./session.ts";

type Operations = {
  readonly [K in RequestKind]: (session: Session, fields: RequestFields[K]) => Reply;
};

const OPERATIONS: Operations = {
  ...OPEN_OPERATIONS,
  ...PATH_OPERATIONS,
  "limits@openssh.com": () => ({ kind: "limits" }),
};

/**
 * Serves one client until it closes the stream. Throws if a message cannot be answered: it is too long, too
 * short for an id, or the first one is not the client's version.
 */
export function serve(context: AppletContext): void {
  const { files } = context.platform;
  const session = new Session(context);
  let hasBegun = false;
  try {
    for (const message of messagesFrom(files, context.stdin)) {
      const reply = hasBegun ? answer(session, message) : begin(message);
      hasBegun = true;
      files.write(context.stdout, reply, null);
    }
  } finally {
    session.handles.closeAll();
  }
}

/** Any version of the client's is accepted: the lower of both is spoken, and nobody speaks less than 3. */
function begin(message: Uint8Array): Uint8Array {
  const fields = new FieldReader(message);
  if (fields.u8() === INIT) return versionMessage();
  throw new Bq2Error("Cannot begin: the client's first message is not its version", {
    code: BAD_MESSAGE,
    hint: "is it a client of SFTP?",
  });
}

function answer(session: Session, message: Uint8Array): Uint8Array {
  const fields = new FieldReader(message);
  const type = fields.u8();
  const id = fields.u32();
  return replyMessage(id, replyTo(session, type, fields));
}

function replyTo(session: Session, type: number, fields: FieldReader): Reply {
  try {
    const request = readRequest(type, fields);
    if (request === undefined)
      return failure(`Cannot answer: request ${type} is not supported`, STATUS.unsupported);
    const operation = OPERATIONS[request.kind] as (session: Session, fields: object) => Reply;
    return operation(session, request.fields);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error; // a defect in this program
    return failure(describeError(error), STATUS_OF_ERROR[code] ?? STATUS.failure);
  }
}

/** As in OpenSSH's server (sftp-server.c, errno_to_portable). */
const STATUS_OF_ERROR: { readonly [code: string]: StatusCode } = {
  [BAD_MESSAGE]: STATUS.badMessage,
  ENOENT: STATUS.noSuchFile,
  ENOTDIR: STATUS.noSuchFile,
  EBADF: STATUS.noSuchFile,
  ELOOP: STATUS.noSuchFile,
  EPERM: STATUS.permissionDenied,
  EACCES: STATUS.permissionDenied,
  EFAULT: STATUS.permissionDenied,
  ENAMETOOLONG: STATUS.badMessage,
  EINVAL: STATUS.badMessage,
  ENOSYS: STATUS.unsupported,
};
