/** Requests on open files and folders. */
import { type Files, type OpenMode, SystemError } from "../../platform/platform.ts";
import { attributesOf, longName } from "./attributes.ts";
import { changeAttributes } from "./change-attributes.ts";
import { type OpenFile, statusOfOpen } from "./handles.ts";
import { OPEN } from "./protocol.ts";
import { END_OF_FILE, failure, type NamedEntry, OK, type Reply } from "./reply.ts";
import type { RequestFields } from "./request.ts";
import type { Session } from "./session.ts";

const NO_FILE = failure("Cannot use the handle: it is not that of an open file");
const NO_FOLDER = failure("Cannot use the handle: it is not that of an open folder");
const TOO_MANY = failure("Cannot open more: too many handles are open");

/** One operation for each kind of request by handle. */
export const OPEN_OPERATIONS = {
  open,
  opendir,
  read,
  write,
  readdir,

  close: ({ handles }: Session, { handle }: RequestFields["close"]): Reply =>
    handles.close(handle) ? OK : failure("Cannot close the handle: it is not open"),

  fstat({ files, handles }: Session, { handle }: RequestFields["fstat"]): Reply {
    const file = handles.file(handle);
    if (file === undefined) return NO_FILE;
    const status = statusOfOpen(files, file);
    if (status === undefined) throw new SystemError("look at", file.path, "ENOENT");
    return { kind: "attributes", attributes: attributesOf(status) };
  },

  fsetstat({ files, handles }: Session, { handle, attributes }: RequestFields["fsetstat"]): Reply {
    const file = handles.file(handle);
    if (file === undefined) return NO_FILE;
    changeAttributes(attributes, {
      resize(size) {
        if (!file.canWrite) throw new SystemError("resize", file.path, "EINVAL"); // as ftruncate(2) does
        files.truncate(file.fd, size);
      },
      setMode: (mode) => files.setModeOf(file.fd, mode),
      setTime: (seconds) => files.setTimeOf(file.fd, seconds),
      setOwner(uid, gid) {
        if (statusOfOpen(files, file) === undefined)
          throw new SystemError("set the owner of", file.path, "ENOENT");
        files.setOwner(files.realPath(file.path), uid, gid);
      },
    });
    return OK;
  },

  "fsync@openssh.com"({ files, handles }: Session, { handle }: RequestFields["fsync@openssh.com"]): Reply {
    const file = handles.file(handle);
    if (file === undefined) return NO_FILE;
    files.fsync(file.fd);
    return OK;
  },
};

function open(session: Session, { path, flags, attributes }: RequestFields["open"]): Reply {
  const { files, handles } = session;
  if (handles.isFull) return TOO_MANY;
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const absolute = session.path(path);
  const mode = openModeOf(flags);
  // The platform has no mode that writes without creating.
  if (mode !== "read" && !has(OPEN.create) && files.statusFollowed(absolute) === undefined)
    throw new SystemError("open", absolute, "ENOENT");
  const permissions = (attributes.permissions ?? 0o666) & 0o7777;
  const fd = files.open(absolute, mode, permissions);
  try {
    const status = files.statusFollowed(absolute);
    // Only files that the client writes: open(2) ignores O_TRUNC for anything else.
    const empties = mode === "update" && has(OPEN.write) && has(OPEN.truncate);
    if (empties && status?.kind === "file") files.truncate(fd, 0);
    const handle = handles.add({
      kind: "file",
      fd,
      path: absolute,
      identity: status?.identity,
      canRead: has(OPEN.read) || !has(OPEN.write),
      canWrite: has(OPEN.write),
      appends: has(OPEN.append),
    });
    return { kind: "handle", handle };
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

/** The platform's modes that create or truncate also write, so that the user must be allowed to. */
function openModeOf(flags: number): OpenMode {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (!has(OPEN.write) && !has(OPEN.create)) return "read";
  if (has(OPEN.create) && has(OPEN.exclusive)) return "create";
  return has(OPEN.write) && has(OPEN.truncate) && !has(OPEN.read) ? "write" : "update";
}

function read({ files, handles, buffer }: Session, { handle, offset, length }: RequestFields["read"]): Reply {
  const file = handles.file(handle);
  if (file === undefined) return NO_FILE;
  if (!file.canRead) throw new SystemError("read", file.path, "EBADF");
  const found = files.read(file.fd, buffer, 0, Math.min(length, buffer.length), offset);
  return found === 0 && length > 0 ? END_OF_FILE : { kind: "data", data: buffer.subarray(0, found) };
}

function write({ files, handles }: Session, { handle, offset, data }: RequestFields["write"]): Reply {
  const file = handles.file(handle);
  if (file === undefined) return NO_FILE;
  if (!file.canWrite) throw new SystemError("write to", file.path, "EBADF");
  files.write(file.fd, data, file.appends ? endOf(files, file) : offset);
  return OK;
}

function endOf(files: Files, file: OpenFile): number {
  const status = statusOfOpen(files, file);
  if (status === undefined) throw new SystemError("append to", file.path, "ENOENT");
  return status.size;
}

function opendir(session: Session, { path }: RequestFields["opendir"]): Reply {
  const { files, handles } = session;
  if (handles.isFull) return TOO_MANY;
  const absolute = session.path(path);
  const names = [".", "..", ...files.list(absolute)].reverse();
  return { kind: "handle", handle: handles.add({ kind: "folder", path: absolute, names }) };
}

/** As in OpenSSH's server. With the longest names the message is still shorter than the longest allowed. */
const ENTRIES_PER_REPLY = 100;

function readdir(session: Session, { handle }: RequestFields["readdir"]): Reply {
  const folder = session.handles.folder(handle);
  if (folder === undefined) return NO_FOLDER;
  const now = session.nowSeconds();
  const entries: NamedEntry[] = [];
  while (entries.length < ENTRIES_PER_REPLY) {
    const name = folder.names.pop();
    if (name === undefined) break;
    const status = session.files.status(`${folder.path}/${name}`);
    if (status === undefined) continue; // removed in the meantime
    entries.push({ name, longName: longName(name, status, now), attributes: attributesOf(status) });
  }
  return entries.length === 0 ? END_OF_FILE : { kind: "names", entries };
}
