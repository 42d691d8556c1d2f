/**
 * Network interfaces and IPv4 routes through the classic ioctls (netdevice(7)). Subset: one address per
 * interface, one default route.
 */
import { Bq2Error, errorCode } from "../base/error.ts";
import { ascii, bytes, reserved, struct, u16, u32 } from "../base/struct.ts";
import { type KernelAccess, systemCall } from "../linux/syscalls.ts";
import {
  AF_INET,
  IFF_UP,
  O_CLOEXEC,
  RTF_GATEWAY,
  RTF_UP,
  SIOCADDRT,
  SIOCGIFFLAGS,
  SIOCSIFADDR,
  SIOCSIFFLAGS,
  SIOCSIFNETMASK,
  SOCK_DGRAM,
} from "../platform/linux-abi.ts";

/** include/uapi/linux/if.h: struct ifreq, with the flags of its union. */
const FlagsRequest = struct("ifreq", 40, { name: ascii(16), flags: u16, rest: reserved(22) });

/** The same with struct sockaddr_in (include/uapi/linux/in.h) in the union. */
const AddressRequest = struct("ifreq", 40, {
  name: ascii(16),
  family: u16,
  port: reserved(2),
  address: bytes(4),
  rest: reserved(16),
});

const SocketAddress = struct("sockaddr_in", 16, {
  family: u16,
  port: reserved(2),
  address: bytes(4),
  rest: reserved(8),
});

/** include/uapi/linux/route.h: struct rtentry, 64 bits. */
const RouteEntry = struct("rtentry", 120, {
  pad1: reserved(8),
  destination: bytes(16),
  gateway: bytes(16),
  mask: bytes(16),
  flags: u16,
  pad2: reserved(6),
  pad3: reserved(16),
  metric: u32,
  rest: reserved(36),
});

/** The four bytes of an address such as `10.0.2.15`. Throws Bq2Error `bad-address`. */
export function parseAddress(text: string): Uint8Array {
  const parts = text.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (isAddress) return Uint8Array.from(parts.map(Number));
  throw new Bq2Error(
    `Cannot use ${JSON.stringify(text)} as an IPv4 address: it must be four numbers from 0 to 255`,
    {
      code: "bad-address",
    },
  );
}

/** Lets the interface send and receive. The kernel itself gives `lo` the address 127.0.0.1. */
export function bringUp(platform: KernelAccess, name: string): void {
  control(platform, SIOCGIFFLAGS, name, FlagsRequest.encode({ name }), (answer) => {
    const { flags } = FlagsRequest.decode(answer);
    control(platform, SIOCSIFFLAGS, name, FlagsRequest.encode({ name, flags: flags | IFF_UP }));
  });
}

/** Replaces the interface's address; 0.0.0.0 removes it, and the routes that need it. */
export function setAddress(platform: KernelAccess, name: string, address: string, mask: string): void {
  const request = (text: string) =>
    AddressRequest.encode({ name, family: AF_INET, address: parseAddress(text) });
  control(platform, SIOCSIFADDR, name, request(address));
  if (address !== "0.0.0.0") control(platform, SIOCSIFNETMASK, name, request(mask));
}

/** Routes all traffic to other networks through `gateway`. Leaves an existing default route alone. */
export function addDefaultRoute(platform: KernelAccess, gateway: string): void {
  const socketAddress = (text: string) =>
    SocketAddress.encode({ family: AF_INET, address: parseAddress(text) });
  const anywhere = socketAddress("0.0.0.0");
  const route = RouteEntry.encode({
    destination: anywhere,
    gateway: socketAddress(gateway),
    mask: anywhere,
    flags: RTF_UP | RTF_GATEWAY,
  });
  try {
    control(platform, SIOCADDRT, `the route through ${gateway}`, route);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

/** Calls ioctl(2) on a new socket; `done` gets `request` as the kernel has changed it. */
function control(
  platform: KernelAccess,
  operation: number,
  what: string,
  request: Uint8Array,
  done: (answer: Uint8Array) => void = () => {},
): void {
  const call = { action: "set up", what } as const;
  const socket = systemCall(platform, { ...call, name: "socket" }, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  try {
    systemCall(platform, { ...call, name: "ioctl" }, socket, operation, request);
    done(request);
  } finally {
    systemCall(platform, { ...call, name: "close" }, socket);
  }
}
