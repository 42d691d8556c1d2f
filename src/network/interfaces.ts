/**
 * Network interfaces, their IPv4 addresses and routes. Subset: unicast routes in the main table.
 *
 * Every route of an interface has the interface's index as its metric. So the interface that the kernel found
 * first is preferred, and an interface replaces only its own routes.
 */
import { errorCode } from "../base/error.ts";
import type { KernelAccess } from "../linux/syscalls.ts";
import {
  AF_INET,
  ARPHRD_ETHER,
  IFF_UP,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  RT_SCOPE_LINK,
  RT_TABLE_MAIN,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTNH_F_ONLINK,
  RTPROT_STATIC,
} from "../platform/linux-abi.ts";
import { SystemError } from "../platform/platform.ts";
import { hostMask, NO_ADDRESS, type Subnet } from "./address.ts";
import {
  AddressBody,
  AddressValue,
  type Attributes,
  change,
  decodeAttributes,
  LinkBody,
  list,
  NameValue,
  NumberValue,
  RouteBody,
} from "./netlink.ts";

/** A message's type is that of NEW plus one of these: rtnetlink_rcv_msg, net/core/rtnetlink.c. */
export const DELETE = 1;
export const GET = 2;

/** Attributes, by their place in the enum: include/uapi/linux/if_link.h, if_addr.h and rtnetlink.h. */
export const IFLA = { ADDRESS: 1, IFNAME: 3, MTU: 4 } as const;
export const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6 } as const;
const RTN_UNICAST = 1; // include/uapi/linux/rtnetlink.h

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** A card, not the loopback or a tunnel. */
  readonly isCard: boolean;
  /** Such as `52:54:00:12:34:56`; empty if it has none. */
  readonly mac: string;
  readonly hardware: Uint8Array;
}

export interface Route {
  /** 0.0.0.0/0 is the default route. */
  readonly destination: Subnet;
  /** Null: the destination is on the interface's own network. */
  readonly gateway: string | null;
}

/** Every interface, in the order of the kernel's numbers. */
export function interfaces(platform: KernelAccess): Interface[] {
  const answers = list(platform, {
    ...{ action: "list", what: "the network interfaces", type: RTM_NEWLINK + GET },
    body: LinkBody.encode({}),
  });
  return answers.map((content) => {
    const { index, type } = LinkBody.decode(content);
    const attributes = decodeAttributes(content, LinkBody.size);
    const hardware = (attributes.get(IFLA.ADDRESS) ?? new Uint8Array()).slice();
    const name = String.fromCharCode(...(attributes.get(IFLA.IFNAME) ?? [])).replace(/\0.*/s, "");
    const mac = Array.from(hardware, (byte) => byte.toString(16).padStart(2, "0")).join(":");
    return { name, index, isCard: type === ARPHRD_ETHER, mac, hardware };
  });
}

/** Throws {@link SystemError} `ENODEV`. */
export function interfaceNamed(platform: KernelAccess, name: string): Interface {
  const found = interfaces(platform).find((one) => one.name === name);
  if (found === undefined) throw new SystemError("find", `the network interface ${name}`, "ENODEV");
  return found;
}

/** Lets the interface send and receive. The kernel itself gives `lo` the address 127.0.0.1. */
export function bringUp(platform: KernelAccess, name: string): void {
  changeLink(platform, name, "bring up", new Map(), IFF_UP);
}

export function setMtu(platform: KernelAccess, name: string, mtu: number): void {
  const attributes = new Map([[IFLA.MTU, NumberValue.encode({ number: mtu })]]);
  changeLink(platform, name, `set the MTU to ${mtu} bytes of`, attributes, 0);
}

function changeLink(
  platform: KernelAccess,
  name: string,
  action: string,
  attributes: Attributes,
  flags: number,
): void {
  change(platform, {
    ...{ action, what: `the network interface ${name}`, type: RTM_NEWLINK },
    body: LinkBody.encode({ flags, change: flags }),
    attributes: new Map([[IFLA.IFNAME, NameValue.encode({ name })], ...attributes]),
  });
}

/** Gives the interface exactly these addresses. Those that it already has stay, with their connections. */
export function setAddresses(platform: KernelAccess, link: Interface, wanted: readonly Subnet[]): void {
  const before = addressesOf(platform, link);
  const isSame = (a: Subnet, b: Subnet): boolean => a.address === b.address && a.prefix === b.prefix;
  for (const old of before.filter((one) => !wanted.some((other) => isSame(one, other))))
    changeAddress(platform, link, old, "remove", { type: RTM_NEWADDR + DELETE });
  for (const added of wanted)
    changeAddress(platform, link, added, "add", { type: RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_REPLACE });
}

function addressesOf(platform: KernelAccess, link: Interface): Subnet[] {
  const answers = list(platform, {
    ...{ action: "list the addresses of", what: link.name, type: RTM_NEWADDR + GET },
    body: AddressBody.encode({ family: AF_INET }),
  });
  return answers.flatMap((content) => {
    const { index, prefix } = AddressBody.decode(content);
    const local = decodeAttributes(content, AddressBody.size).get(IFA.LOCAL);
    if (index !== link.index || local === undefined) return [];
    return [{ address: AddressValue.decode(local).address, prefix }];
  });
}

function changeAddress(
  platform: KernelAccess,
  link: Interface,
  { address, prefix }: Subnet,
  action: string,
  kind: { readonly type: number; readonly flags?: number },
): void {
  const value = AddressValue.encode({ address });
  // Linux sets no broadcast address by itself. Networks of one or two addresses have none (RFC 3021).
  const hostBits = hostMask(prefix);
  const broadcast = value.map((byte, i) => byte | (hostBits[i] ?? 0));
  const attributes = new Map([
    [IFA.LOCAL as number, value],
    [IFA.ADDRESS as number, value],
  ]);
  if (prefix < 31) attributes.set(IFA.BROADCAST, broadcast);
  change(platform, {
    ...{ ...kind, action, what: `the address ${address}/${prefix} of ${link.name}` },
    body: AddressBody.encode({ family: AF_INET, prefix, index: link.index }),
    attributes,
  });
}

/** Adds the route, or replaces the one that this interface has to the same destination. */
export function setRoute(platform: KernelAccess, link: Interface, route: Route): void {
  changeRoute(platform, link, route, "set", { type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_REPLACE });
}

/** Does nothing if the interface has no such route. */
export function removeRoute(platform: KernelAccess, link: Interface, route: Route): void {
  try {
    changeRoute(platform, link, route, "remove", { type: RTM_NEWROUTE + DELETE });
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

function changeRoute(
  platform: KernelAccess,
  link: Interface,
  { destination, gateway }: Route,
  action: string,
  kind: { readonly type: number; readonly flags?: number },
): void {
  const attributes = new Map([
    [RTA.OIF as number, NumberValue.encode({ number: link.index })],
    [RTA.PRIORITY as number, NumberValue.encode({ number: link.index })],
  ]);
  if (destination.prefix > 0) attributes.set(RTA.DST, AddressValue.encode({ address: destination.address }));
  if (gateway !== null) attributes.set(RTA.GATEWAY, AddressValue.encode({ address: gateway }));
  change(platform, {
    ...{ ...kind, action, what: `the route to ${destination.address}/${destination.prefix} of ${link.name}` },
    body: RouteBody.encode({
      family: AF_INET,
      destinationPrefix: destination.prefix,
      table: RT_TABLE_MAIN,
      protocol: RTPROT_STATIC,
      scope: gateway === null ? RT_SCOPE_LINK : 0,
      type: RTN_UNICAST,
      // Some clouds give addresses with the prefix 32, so that the gateway is outside the network.
      flags: gateway === null ? 0 : RTNH_F_ONLINK,
    }),
    attributes,
  });
}

/** The destination of the default route. */
export const EVERYWHERE: Subnet = { address: NO_ADDRESS, prefix: 0 };
