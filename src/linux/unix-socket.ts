/** Sockets between programs of one machine: unix(7). Subset: named in the file system, no ancillary data. */
import { encodeUtf8 } from "../base/text.ts";
import { AF_UNIX, EAGAIN, O_CLOEXEC, O_NONBLOCK, SOCK_DGRAM, SOCK_STREAM } from "../platform/linux-abi.ts";
import { type Files, type Platform, SystemError } from "../platform/platform.ts";
import { systemCall, systemCallUnless } from "./syscalls.ts";

const LONGEST_PATH = 107; // include/uapi/linux/un.h: UNIX_PATH_MAX, without the NUL
const QUEUE = 16;

/** include/uapi/linux/un.h: struct sockaddr_un. */
function addressOf(path: string): Uint8Array {
  const name = encodeUtf8(path);
  if (name.length > LONGEST_PATH) throw new SystemError("use the socket", path, "ENAMETOOLONG");
  const address = new Uint8Array(2 + name.length + 1);
  address[0] = AF_UNIX;
  address.set(name, 2);
  return address;
}

interface BindOptions {
  readonly kind: "stream" | "datagram";
  readonly mode: number;
  readonly uid?: number;
}

/** A socket with this name, which an earlier one loses. Its descriptor does not block. */
export function bindSocket(platform: Platform, path: string, { kind, mode, uid = 0 }: BindOptions): number {
  const { files } = platform;
  const call = { action: "open the socket", what: path } as const;
  const type = kind === "stream" ? SOCK_STREAM : SOCK_DGRAM;
  const fd = systemCall(platform, { ...call, name: "socket" }, AF_UNIX, type | O_NONBLOCK | O_CLOEXEC, 0);
  try {
    removeSocket(files, path);
    const address = addressOf(path);
    systemCall(platform, { ...call, name: "bind" }, fd, address, address.length);
    files.setOwner(path, uid, 0);
    files.setMode(path, mode);
    if (kind === "stream") systemCall(platform, { ...call, name: "listen" }, fd, QUEUE);
    return fd;
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

function removeSocket(files: Files, path: string): void {
  if (files.status(path)?.kind === "socket") files.removeFile(path);
}

/** The next connection to a socket, as a descriptor that does not block; undefined if none waits. */
export function acceptConnection(platform: Platform, fd: number): number | undefined {
  const call = { name: "accept4", action: "accept", what: "a connection" } as const;
  const result = systemCallUnless(platform, [EAGAIN], call, fd, null, null, O_NONBLOCK | O_CLOEXEC);
  return result < 0 ? undefined : result;
}

/** A connection to the socket at `path`, as a descriptor whose operations wait. */
export function connectTo(platform: Platform, path: string): number {
  const call = { action: "connect to", what: path } as const;
  const fd = systemCall(platform, { ...call, name: "socket" }, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0);
  try {
    const address = addressOf(path);
    systemCall(platform, { ...call, name: "connect" }, fd, address, address.length);
    return fd;
  } catch (error) {
    platform.files.close(fd);
    throw error;
  }
}

/** The next bytes of a descriptor that does not block: none at its end, undefined if there are none yet. */
export function readAvailable(platform: Platform, fd: number, buffer: Uint8Array): Uint8Array | undefined {
  const call = { name: "read", action: "read from", what: `descriptor ${fd}` } as const;
  const length = systemCallUnless(platform, [EAGAIN], call, fd, buffer, buffer.length);
  return length < 0 ? undefined : buffer.subarray(0, length);
}
