/**
 * Network interfaces and IPv4 routes by the classic ioctls (netdevice(7)): what a machine on one network needs. One
 * address an interface, one default route.
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

/** The same with an address: struct sockaddr_in (include/uapi/linux/in.h) stands in the union. */
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

/** An address as in `10.0.2.15`. Throws Bq2Error `bad-address` where it is none. */
export function parseAddress(text: string): Uint8Array {
  const parts = text.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (isAddress) return Uint8Array.from(parts.map(Number));
  throw new Bq2Error(
    `Cannot use ${JSON.stringify(text)} as an IPv4 address: four numbers of 0 to 255 are wanted`,
    {
      code: "bad-address",
    },
  );
}

/** Lets the interface send and receive. The kernel itself gives `lo` its 127.0.0.1. */
export function bringUp(platform: KernelAccess, name: string): void {
  control(platform, SIOCGIFFLAGS, name, FlagsRequest.encode({ name }), (answer) => {
    const { flags } = FlagsRequest.decode(answer);
    control(platform, SIOCSIFFLAGS, name, FlagsRequest.encode({ name, flags: flags | IFF_UP }));
  });
}

/** Gives the interface this address in place of its old one; 0.0.0.0 takes it away, and the routes that need it. */
export function setAddress(platform: KernelAccess, name: string, address: string, mask: string): void {
  const request = (text: string) =>
    AddressRequest.encode({ name, family: AF_INET, address: parseAddress(text) });
  control(platform, SIOCSIFADDR, name, request(address));
  if (address !== "0.0.0.0") control(platform, SIOCSIFNETMASK, name, request(mask));
}

/** Everything that is not on this network goes by `gateway`. One that is there already stays. */
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
    control(platform, SIOCADDRT, `the route by ${gateway}`, route);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

/** ioctl(2) on a socket, which stands for the network; `done` gets what the kernel has written into `request`. */
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
