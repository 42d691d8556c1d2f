/**
 * How DHCP messages get in and out of the machine.
 *
 * Without an address it is a packet socket, with headers of our own. A UDP socket would be simpler, but the
 * kernel gives its packets the address of another card if there is one (RFC 2131, 4.1 demands 0.0.0.0), and
 * it receives answers only if they are broadcast and `rp_filter` is off. With an address it is a UDP socket,
 * because messages to one server need the kernel's routes and ARP.
 */
import { errorCode } from "../../base/error.ts";
import { bytes, struct, u8, u16, u16be, u32 } from "../../base/struct.ts";
import { type KernelAccess, type SyscallName, systemCall } from "../../linux/syscalls.ts";
import {
  AF_INET,
  AF_PACKET,
  ETH_P_IP,
  O_CLOEXEC,
  O_NONBLOCK,
  POLLIN,
  SO_BINDTODEVICE,
  SO_BROADCAST,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../platform/linux-abi.ts";
import type { SyscallArgument } from "../../platform/platform.ts";
import { encodeEndpoint } from "../../platform/socket-address.ts";
import { NO_ADDRESS } from "../address.ts";
import type { Interface } from "../interfaces.ts";
import { NameValue, NumberValue } from "../netlink.ts";
import { CLIENT_PORT, decodePacket, encodePacket, SERVER_PORT } from "./packet.ts";

/** include/uapi/linux/if_packet.h: struct sockaddr_ll. */
const LinkAddress = struct("sockaddr_ll", 20, {
  family: u16,
  protocol: u16be,
  index: u32,
  hardwareType: u16,
  packetType: u8,
  hardwareLength: u8,
  hardware: bytes(8),
});

/** include/uapi/asm-generic/poll.h: struct pollfd. */
const PollEntry = struct("pollfd", 8, { fd: u32, events: u16, found: u16 });

/** Ethernet's address of every station. */
const EVERY_STATION = new Uint8Array(6).fill(0xff);
const LARGEST_PACKET = 65535;

export interface Wire {
  readonly fd: number;
  /** Throws {@link SystemError}, such as `ENETDOWN` or `ENETUNREACH`. */
  send(message: Uint8Array, to: string): void;
  /** A message that has arrived, or undefined. */
  receive(): Uint8Array | undefined;
  close(): void;
}

/** For an interface without an address: everything is broadcast. */
export function packetWire(platform: KernelAccess, link: Interface): Wire {
  const wire = openSocket(platform, link, AF_PACKET, ETH_P_IP);
  const everyone = LinkAddress.encode({
    family: AF_PACKET,
    protocol: ETH_P_IP,
    index: link.index,
    hardwareLength: EVERY_STATION.length,
    hardware: EVERY_STATION,
  });
  const own = LinkAddress.encode({ family: AF_PACKET, protocol: ETH_P_IP, index: link.index });
  wire.prepare("bind", own, own.length);
  return {
    ...wire,
    send: (message, to) => wire.sendTo(encodePacket(NO_ADDRESS, to, message), everyone),
    receive() {
      const packet = wire.receive();
      return packet === undefined ? undefined : decodePacket(packet);
    },
  };
}

/** For an interface with an address. */
export function udpWire(platform: KernelAccess, link: Interface): Wire {
  const wire = openSocket(platform, link, AF_INET, 0);
  const on = NumberValue.encode({ number: 1 });
  const name = NameValue.encode({ name: link.name });
  for (const option of [SO_REUSEADDR, SO_BROADCAST]) // REUSEADDR: a client on each interface
    wire.prepare("setsockopt", SOL_SOCKET, option, on, on.length);
  wire.prepare("setsockopt", SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
  const own = encodeEndpoint({ address: NO_ADDRESS, port: CLIENT_PORT }).bytes;
  wire.prepare("bind", own, own.length);
  return {
    ...wire,
    send: (message, to) => wire.sendTo(message, encodeEndpoint({ address: to, port: SERVER_PORT }).bytes),
  };
}

function openSocket(platform: KernelAccess, { name: what }: Interface, family: number, protocol: number) {
  const type = SOCK_DGRAM | O_CLOEXEC | O_NONBLOCK;
  const call = { action: "speak DHCP on", what, name: "socket" } as const;
  const bigEndian = ((protocol & 0xff) << 8) | (protocol >> 8); // as packet(7) wants it
  const fd = systemCall(platform, call, family, type, bigEndian);
  return {
    fd,
    prepare: (name: SyscallName, ...words: readonly SyscallArgument[]): void => {
      systemCall(platform, { ...call, name }, fd, ...words);
    },
    sendTo(content: Uint8Array, address: Uint8Array): void {
      const words = [fd, content, content.length, 0, address, address.length] as const;
      systemCall(platform, { ...call, name: "sendto" }, ...words);
    },
    receive(): Uint8Array | undefined {
      const buffer = new Uint8Array(LARGEST_PACKET);
      try {
        const words = [fd, buffer, buffer.length, 0, null, null] as const;
        return buffer.subarray(0, systemCall(platform, { ...call, name: "recvfrom" }, ...words));
      } catch (error) {
        // Nothing has arrived, or the socket reports that an earlier message could not be delivered.
        if (RECEIVE_ERRORS.has(errorCode(error))) return undefined;
        throw error;
      }
    },
    close: () => void systemCall(platform, { ...call, name: "close" }, fd),
  };
}

const RECEIVE_ERRORS: ReadonlySet<string | undefined> = new Set([
  ...["EAGAIN", "EINTR", "ENETDOWN", "ENETUNREACH", "EHOSTUNREACH", "ECONNREFUSED"],
]);

/** Waits until something arrives on `wire`, at most `seconds`, which may be infinite. */
export function waitFor(platform: KernelAccess, wire: Wire | undefined, seconds: number): void {
  const entries = wire === undefined ? null : PollEntry.encode({ fd: wire.fd, events: POLLIN });
  const call = { name: "ppoll", action: "wait for", what: "a DHCP message" } as const;
  try {
    systemCall(platform, call, entries, entries === null ? 0 : 1, timeOf(seconds), null, 0);
  } catch (error) {
    if (errorCode(error) !== "EINTR") throw error;
  }
}

/** struct timespec; null waits for ever. */
function timeOf(seconds: number): Uint8Array | null {
  if (!Number.isFinite(seconds)) return null;
  const whole = Math.floor(Math.max(0, seconds));
  const nanoseconds = Math.ceil((Math.max(0, seconds) - whole) * 1e9);
  const [more, rest] = nanoseconds >= 1e9 ? [1, 0] : [0, nanoseconds];
  return new Uint8Array(BigInt64Array.of(BigInt(whole + more), BigInt(rest)).buffer);
}
