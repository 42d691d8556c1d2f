/**
 * Netlink for routing (rtnetlink(7)): how a program reads and changes network interfaces, addresses and
 * routes. A request is a message with a body and attributes; the kernel answers with messages or an error.
 */
import { concatBytes } from "../base/bytes.ts";
import { ascii, reserved, struct, u8, u16, u32 } from "../base/struct.ts";
import { type KernelAccess, systemCall } from "../linux/syscalls.ts";
import {
  AF_NETLINK,
  ERRNO_NAMES,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_MATCH,
  NLM_F_REQUEST,
  NLM_F_ROOT,
  NLMSG_DONE,
  NLMSG_ERROR,
  O_CLOEXEC,
  SOCK_RAW,
} from "../platform/linux-abi.ts";
import { SystemError } from "../platform/platform.ts";
import { ipv4 } from "./address.ts";

/** include/uapi/linux/netlink.h: struct nlmsghdr. Numbers are in the byte order of the machine. */
export const MessageHeader = struct("nlmsghdr", 16, {
  /** With this header. */
  length: u32,
  type: u16,
  flags: u16,
  sequence: u32,
  port: u32,
});

/** include/uapi/linux/rtnetlink.h: struct rtattr, which precedes each attribute. */
const AttributeHeader = struct("rtattr", 4, { length: u16, type: u16 });

/** include/uapi/linux/rtnetlink.h: struct ifinfomsg. */
export const LinkBody = struct("ifinfomsg", 16, {
  family: u8,
  pad: reserved(1),
  /** ARPHRD_…. */
  type: u16,
  index: u32,
  /** IFF_…; `change` has the bits to set. */
  flags: u32,
  change: u32,
});

/** include/uapi/linux/if_addr.h: struct ifaddrmsg. */
export const AddressBody = struct("ifaddrmsg", 8, {
  family: u8,
  prefix: u8,
  flags: u8,
  scope: u8,
  index: u32,
});

/** include/uapi/linux/rtnetlink.h: struct rtmsg. */
export const RouteBody = struct("rtmsg", 12, {
  family: u8,
  destinationPrefix: u8,
  sourcePrefix: u8,
  typeOfService: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
});

/** The values of attributes. */
export const NumberValue = struct("number", 4, { number: u32 });
export const AddressValue = struct("address", 4, { address: ipv4 });
export const NameValue = struct("interface name", 16, { name: ascii(16) }); // IFNAMSIZ, linux/if.h

export type Attributes = ReadonlyMap<number, Uint8Array>;

export interface NetlinkRequest {
  /** RTM_…. */
  readonly type: number;
  /** In addition to NLM_F_REQUEST. */
  readonly flags?: number;
  readonly body: Uint8Array;
  readonly attributes?: Attributes;
  /** For the error's message: "Cannot <action> <what>". */
  readonly action: string;
  readonly what: string;
}

/** More than the kernel puts into one datagram of an answer (NLMSG_GOODSIZE, 8 KiB; dumps up to 32 KiB). */
const ANSWER_SIZE = 65536;
const ALIGNMENT = 4; // NLMSG_ALIGNTO and RTA_ALIGNTO

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

export function encodeMessage({
  type,
  flags = 0,
  body,
  attributes = new Map(),
}: {
  readonly type: number;
  readonly flags?: number;
  readonly body: Uint8Array;
  readonly attributes?: Attributes;
}): Uint8Array {
  const parts = [...attributes].map(([kind, value]) => {
    const attribute = new Uint8Array(aligned(AttributeHeader.size + value.length));
    AttributeHeader.encodeInto(attribute, 0, { length: AttributeHeader.size + value.length, type: kind });
    attribute.set(value, AttributeHeader.size);
    return attribute;
  });
  const content = concatBytes([body, ...parts]);
  const header = MessageHeader.encode({ length: MessageHeader.size + content.length, type, flags });
  return concatBytes([header, content]);
}

/** The attributes behind a body of `bodySize` bytes. */
export function decodeAttributes(content: Uint8Array, bodySize: number): Attributes {
  const attributes = new Map<number, Uint8Array>();
  for (let at = bodySize; at + AttributeHeader.size <= content.length; ) {
    const { length, type } = AttributeHeader.decode(content, at);
    if (length < AttributeHeader.size) break;
    attributes.set(type, content.subarray(at + AttributeHeader.size, at + length));
    at += aligned(length);
  }
  return attributes;
}

/** Changes something. Throws {@link SystemError}. */
export function change(platform: KernelAccess, request: NetlinkRequest): void {
  exchange(platform, { ...request, flags: (request.flags ?? 0) | NLM_F_ACK });
}

/** All objects of a kind: the content of each message, a body with its attributes. */
export function list(platform: KernelAccess, request: NetlinkRequest): Uint8Array[] {
  return exchange(platform, { ...request, flags: NLM_F_ROOT | NLM_F_MATCH }); // NLM_F_DUMP
}

function exchange(platform: KernelAccess, request: NetlinkRequest): Uint8Array[] {
  const call = { action: request.action, what: request.what } as const;
  const type = SOCK_RAW | O_CLOEXEC;
  const socket = systemCall(platform, { ...call, name: "socket" }, AF_NETLINK, type, NETLINK_ROUTE);
  try {
    const message = encodeMessage({ ...request, flags: (request.flags ?? 0) | NLM_F_REQUEST });
    systemCall(platform, { ...call, name: "sendto" }, socket, message, message.length, 0, null, 0);
    return answersOf(request, () => {
      const answer = new Uint8Array(ANSWER_SIZE);
      const words = [socket, answer, answer.length, 0, null, null] as const;
      return answer.subarray(0, systemCall(platform, { ...call, name: "recvfrom" }, ...words));
    });
  } finally {
    systemCall(platform, { ...call, name: "close" }, socket);
  }
}

/** Reads datagrams until the acknowledgement or the end of the list. */
function answersOf({ action, what }: NetlinkRequest, receive: () => Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (;;) {
    const datagram = receive();
    if (datagram.length < MessageHeader.size) throw new SystemError(action, what, "EBADMSG");
    for (let at = 0; at + MessageHeader.size <= datagram.length; ) {
      const { length, type } = MessageHeader.decode(datagram, at);
      if (length < MessageHeader.size) throw new SystemError(action, what, "EBADMSG");
      const content = datagram.subarray(at + MessageHeader.size, at + length);
      if (type === NLMSG_DONE) return found;
      if (type === NLMSG_ERROR) {
        const error = new DataView(content.buffer, content.byteOffset).getInt32(0, true);
        if (error === 0) return found;
        throw new SystemError(action, what, ERRNO_NAMES[-error] ?? `errno ${-error}`);
      }
      found.push(content);
      at += aligned(length);
    }
  }
}
