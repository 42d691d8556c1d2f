/** A kernel's network interfaces for tests: it answers netlink requests and shows changes as text. */
import { concatBytes } from "../base/bytes.ts";
import { NLMSG_DONE, NLMSG_ERROR, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE } from "../platform/linux-abi.ts";
import type { SyscallArgument } from "../platform/platform.ts";
import { DELETE, GET, IFA, IFLA, RTA } from "./interfaces.ts";
import {
  AddressBody,
  AddressValue,
  type Attributes,
  decodeAttributes,
  encodeMessage,
  LinkBody,
  MessageHeader,
  NameValue,
  NumberValue,
  RouteBody,
} from "./netlink.ts";

export interface TestInterface {
  readonly name: string;
  readonly mac: string;
  /** ARPHRD_…. */
  readonly type: number;
}

export interface TestNetlink {
  /** Such as `add 10.0.2.15/24 of 2`; interfaces by their numbers, which begin at 1. */
  readonly changes: string[];
  /** Changes for which the kernel answers with this errno, by their text. */
  readonly refuses: Map<string, number>;
  readonly sendto: (args: readonly SyscallArgument[]) => number;
  readonly recvfrom: (args: readonly SyscallArgument[]) => number;
}

const END = encodeMessage({ type: NLMSG_DONE, body: new Uint8Array(4) });

export function testNetlink(links: readonly TestInterface[]): TestNetlink {
  const changes: string[] = [];
  const refuses = new Map<string, number>();
  /** Messages by their change's text. */
  const addresses = new Map<string, Uint8Array>();
  let answer: Uint8Array = new Uint8Array();

  const apply = (type: number, content: Uint8Array): number => {
    const text = describe(type, content);
    changes.push(text);
    if (refuses.has(text)) return refuses.get(text) ?? 0;
    const subject = text.replace(/^\w+ /, "");
    if (type === RTM_NEWADDR) addresses.set(subject, encodeMessage({ type, body: content }));
    if (type === RTM_NEWADDR + DELETE) addresses.delete(subject);
    return 0;
  };
  return {
    changes,
    refuses,
    sendto([, message]) {
      const bytes = message as Uint8Array;
      const { type } = MessageHeader.decode(bytes);
      const content = bytes.slice(MessageHeader.size);
      if (type === RTM_NEWLINK + GET) answer = concatBytes([...links.map(linkMessage), END]);
      else if (type === RTM_NEWADDR + GET) answer = concatBytes([...addresses.values(), END]);
      else {
        const errno = new Uint8Array(Int32Array.of(-apply(type, content)).buffer);
        answer = encodeMessage({ type: NLMSG_ERROR, body: concatBytes([errno, bytes.slice(0, 16)]) });
      }
      return bytes.length;
    },
    recvfrom([, buffer]) {
      (buffer as Uint8Array).set(answer);
      return answer.length;
    },
  };
}

function linkMessage({ name, mac, type }: TestInterface, place: number): Uint8Array {
  const hardware = Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16));
  return encodeMessage({
    type: RTM_NEWLINK,
    body: LinkBody.encode({ type, index: place + 1 }),
    attributes: new Map([
      [IFLA.IFNAME as number, NameValue.encode({ name })],
      [IFLA.ADDRESS as number, hardware],
    ]),
  });
}

function describe(type: number, content: Uint8Array): string {
  if (type === RTM_NEWLINK) {
    const { flags } = LinkBody.decode(content);
    const attributes = decodeAttributes(content, LinkBody.size);
    const mtu = numberIn(attributes, IFLA.MTU);
    const { name } = NameValue.decode(attributes.get(IFLA.IFNAME) ?? new Uint8Array(16));
    return mtu === undefined ? `flags ${flags} of ${name}` : `mtu ${mtu} of ${name}`;
  }
  if (type === RTM_NEWADDR || type === RTM_NEWADDR + DELETE) {
    const { prefix, index } = AddressBody.decode(content);
    const address = addressIn(decodeAttributes(content, AddressBody.size), IFA.LOCAL);
    return `${type === RTM_NEWADDR ? "add" : "remove"} ${address}/${prefix} of ${index}`;
  }
  const { destinationPrefix } = RouteBody.decode(content);
  const attributes = decodeAttributes(content, RouteBody.size);
  const [to, gateway] = [RTA.DST, RTA.GATEWAY].map((kind) => addressIn(attributes, kind) ?? "nothing");
  const action = type === RTM_NEWROUTE ? "route" : "unroute";
  return `${action} ${to}/${destinationPrefix} by ${gateway} of ${numberIn(attributes, RTA.OIF)}`;
}

function numberIn(attributes: Attributes, kind: number): number | undefined {
  const value = attributes.get(kind);
  return value === undefined ? undefined : NumberValue.decode(value).number;
}

function addressIn(attributes: Attributes, kind: number): string | undefined {
  const value = attributes.get(kind);
  return value === undefined ? undefined : AddressValue.decode(value).address;
}
