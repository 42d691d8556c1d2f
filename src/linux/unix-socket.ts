/** Sockets between programs of one machine: unix(7). Subset: named in the file system, no ancillary data. */
import { AF_UNIX, EAGAIN, O_CLOEXEC, O_NONBLOCK, SOCK_DGRAM, SOCK_STREAM } from "../platform/linux-abi.ts";
import type { Files, Platform } from "../platform/platform.ts";
import { encodeEndpoint } from "../platform/socket-address.ts";
import { systemCall, systemCallUnless } from "./syscalls.ts";

const QUEUE = 16;

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
    const address = encodeEndpoint({ path }).bytes;
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
    const address = encodeEndpoint({ path }).bytes;
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
