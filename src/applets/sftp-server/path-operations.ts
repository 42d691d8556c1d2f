/** Requests on names. */
import { errorCode } from "../../base/error.ts";
import { basename, dirname } from "../../base/path.ts";
import { type FileStatus, type Files, SystemError } from "../../platform/platform.ts";
import { attributesOf } from "./attributes.ts";
import { changeAttributes } from "./change-attributes.ts";
import { failure, OK, type Reply } from "./reply.ts";
import type { RequestFields } from "./request.ts";
import type { Session } from "./session.ts";

/** One operation for each kind of request by path. */
export const PATH_OPERATIONS = {
  setstat,
  rename,

  stat: (session: Session, { path }: RequestFields["stat"]): Reply =>
    statusReply(path, session.files.statusFollowed(session.path(path))),

  lstat: (session: Session, { path }: RequestFields["lstat"]): Reply =>
    statusReply(path, session.files.status(session.path(path))),

  remove(session: Session, { path }: RequestFields["remove"]): Reply {
    session.files.removeFile(session.path(path));
    return OK;
  },

  mkdir(session: Session, { path, attributes }: RequestFields["mkdir"]): Reply {
    session.files.makeFolder(session.path(path), (attributes.permissions ?? 0o777) & 0o7777);
    return OK;
  },

  rmdir(session: Session, { path }: RequestFields["rmdir"]): Reply {
    session.files.removeFolder(session.path(path));
    return OK;
  },

  realpath(session: Session, { path }: RequestFields["realpath"]): Reply {
    return nameReply(realPath(session.files, session.path(path === "" ? "." : path)));
  },

  readlink: (session: Session, { path }: RequestFields["readlink"]): Reply =>
    nameReply(session.files.readLink(session.path(path))),

  symlink(session: Session, { path, target }: RequestFields["symlink"]): Reply {
    session.files.symlink(target, session.path(path));
    return OK;
  },

  "posix-rename@openssh.com"(
    session: Session,
    { from, to }: RequestFields["posix-rename@openssh.com"],
  ): Reply {
    session.files.rename(session.path(from), session.path(to));
    return OK;
  },

  "hardlink@openssh.com"(session: Session, { from, to }: RequestFields["hardlink@openssh.com"]): Reply {
    session.files.link(session.path(from), session.path(to));
    return OK;
  },
};

function statusReply(path: string, status: FileStatus | undefined): Reply {
  if (status === undefined) throw new SystemError("look at", path, "ENOENT");
  return { kind: "attributes", attributes: attributesOf(status) };
}

/** A reply with one name. Its attributes are left out, as in OpenSSH's server. */
function nameReply(name: string): Reply {
  return { kind: "names", entries: [{ name, longName: name, attributes: {} }] };
}

/** Follows links, as chmod(2) does. */
function setstat(session: Session, { path, attributes }: RequestFields["setstat"]): Reply {
  const { files } = session;
  const absolute = session.path(path);
  if (files.statusFollowed(absolute) === undefined) throw new SystemError("change", absolute, "ENOENT");
  const target = files.realPath(absolute);
  changeAttributes(attributes, {
    resize: (size) => resize(files, target, size),
    setMode: (mode) => files.setMode(target, mode),
    setTime: (seconds) => files.setTime(target, seconds),
    setOwner: (uid, gid) => files.setOwner(target, uid, gid),
  });
  return OK;
}

function resize(files: Files, path: string, size: number): void {
  const kind = files.status(path)?.kind;
  // Opening anything else could wait for ever, as a pipe does.
  if (kind !== "file") throw new SystemError("resize", path, kind === "folder" ? "EISDIR" : "EINVAL");
  const fd = files.open(path, "update");
  try {
    files.truncate(fd, size);
  } finally {
    files.close(fd);
  }
}

/** Unlike rename(2), which the client can ask for by name, this request never replaces a file. */
function rename(session: Session, { from, to }: RequestFields["rename"]): Reply {
  const [source, target] = [session.path(from), session.path(to)];
  if (session.files.status(source) === undefined) throw new SystemError("rename", source, "ENOENT");
  if (session.files.status(target) !== undefined)
    return failure(`Cannot rename ${from} to ${to}: that name exists`);
  session.files.rename(source, target);
  return OK;
}

/** Also of a name that does not exist yet in a folder that does: clients ask before they create it. */
function realPath(files: Files, path: string): string {
  try {
    return files.realPath(path);
  } catch (error) {
    const plain = path.replace(/\/+$/, "");
    const name = basename(plain);
    if (errorCode(error) !== "ENOENT" || name === "" || name === "." || name === "..") throw error;
    const folder = files.realPath(dirname(plain));
    return `${folder === "/" ? "" : folder}/${name}`;
  }
}
