/**
 * Addresses of sockets as the kernel wants them (include/uapi/linux/in.h, in6.h, un.h) and as text. IPv6
 * addresses have no zones (`%eth0`), so link-local ones cannot be used.
 */
import { bytes, reserved, struct, u16, u16be } from "../base/struct.ts";
import { encodeUtf8 } from "../base/text.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "./linux-abi.ts";
import type { Endpoint } from "./network.ts";
import { SystemError } from "./platform.ts";

const Family = struct("sockaddr", 2, { family: u16 });
const Inet = struct("sockaddr_in", 16, { family: u16, port: u16be, address: bytes(4), rest: reserved(8) });
const Inet6 = struct("sockaddr_in6", 28, {
  family: u16,
  port: u16be,
  flow: reserved(4),
  address: bytes(16),
  scope: reserved(4),
});

const PATH_SIZE = 108; // include/uapi/linux/un.h: UNIX_PATH_MAX, with the NUL

/** Such as `127.0.0.1:80`, `[::1]:80` or `/run/socket`. */
export function describeEndpoint(at: Endpoint): string {
  if ("path" in at) return at.path;
  return at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
}

export interface KernelAddress {
  /** AF_…. */
  readonly family: number;
  readonly bytes: Uint8Array;
}

/** Throws {@link SystemError}: `EINVAL` for what is not an address, `ENAMETOOLONG` for a long path. */
export function encodeEndpoint(at: Endpoint): KernelAddress {
  if ("path" in at) {
    const path = encodeUtf8(at.path);
    if (path.length >= PATH_SIZE) throw new SystemError("use the socket", at.path, "ENAMETOOLONG");
    const family = AF_UNIX;
    return { family, bytes: Uint8Array.of(...Family.encode({ family }), ...path, 0) };
  }
  const { address, port } = at;
  const four = parseIpv4(address);
  if (four !== undefined)
    return { family: AF_INET, bytes: Inet.encode({ family: AF_INET, port, address: four }) };
  const sixteen = parseIpv6(address);
  if (sixteen !== undefined)
    return { family: AF_INET6, bytes: Inet6.encode({ family: AF_INET6, port, address: sixteen }) };
  throw new SystemError("use the address", address, "EINVAL");
}

/** An address from the kernel. The path of a Unix socket is empty. */
export function decodeEndpoint(from: Uint8Array): Endpoint {
  const { family } = Family.decode(from);
  if (family === AF_INET) {
    const { address, port } = Inet.decode(from);
    return { address: address.join("."), port };
  }
  if (family === AF_INET6) {
    const { address, port } = Inet6.decode(from);
    return { address: formatIpv6(address), port };
  }
  return { path: "" };
}

/** The four bytes of an address such as `10.0.2.15`; undefined for any other text. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isAddress ? Uint8Array.from(parts.map(Number)) : undefined;
}

/** RFC 4291, 2.2: eight groups of four digits; `::` once for zeros; the last two may be an IPv4 address. */
function parseIpv6(text: string): Uint8Array | undefined {
  const parts = text.split("::");
  const halves = parts.map((part, place) => groupsOf(part, place === parts.length - 1));
  const [before = [], after] = halves;
  if (halves.length > 2 || before === undefined || halves.includes(undefined)) return undefined;
  const known = before.length + (after?.length ?? 0);
  if (after === undefined ? known !== 8 : known > 7) return undefined;
  const groups = [...before, ...new Array<number>(8 - known).fill(0), ...(after ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Undefined if a group is invalid. `isEnd`: an IPv4 address may be at the end. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [place, part] of parts.entries()) {
    const four = isEnd && place === parts.length - 1 ? parseIpv4(part) : undefined;
    if (four !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** RFC 5952, 4: the longest run of zeros (two groups or more, the first of equals) becomes `::`. */
function formatIpv6(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (address[2 * i] ?? 0) * 256 + (address[2 * i + 1] ?? 0));
  let [start, length] = [0, 1];
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
