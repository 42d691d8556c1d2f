/** What a DHCP server gives a client, checked: nothing that a server sends is used unseen. Pure. */
import { classPrefix, isHostAddress, prefixOf, type Subnet } from "../address.ts";
import { EVERYWHERE, type Route } from "../interfaces.ts";
import type { DhcpMessage } from "./message.ts";

export interface Lease {
  readonly subnet: Subnet;
  /** The server's address, which also identifies it. */
  readonly server: string;
  readonly routes: readonly Route[];
  readonly nameServers: readonly string[];
  readonly timeServers: readonly string[];
  /** Bytes; undefined if the server does not say. */
  readonly mtu: number | undefined;
  /** Times of the monotonic clock, T1 and T2 of RFC 2131, 4.4.5; infinite if the lease never ends. */
  readonly renewAt: number;
  readonly rebindAt: number;
  readonly expiresAt: number;
}

const INFINITE = 0xffffffff; // RFC 2131, 3.3
/** A shorter lease would keep the client and the server busy; no server gives one on purpose. */
const SHORTEST_LEASE_SECONDS = 10;
const SMALLEST_MTU = 576; // RFC 791, 3.1: every host takes packets of this size

/** Undefined if a part is missing or impossible. `sentAt`: when the client has asked for it. */
export function leaseOf(message: DhcpMessage, sentAt: number): Lease | undefined {
  const { options, yourAddress: address } = message;
  const { server, leaseSeconds = 0, subnetMask, mtu = 0 } = options;
  if (server === undefined || !isHostAddress(address) || leaseSeconds < SHORTEST_LEASE_SECONDS) return;
  const prefix = (subnetMask === undefined ? 0 : prefixOf(subnetMask)) || classPrefix(address);
  return {
    subnet: { address, prefix },
    server,
    routes: routesOf(message),
    nameServers: (options.nameServers ?? []).filter(isHostAddress),
    timeServers: (options.timeServers ?? []).filter(isHostAddress),
    mtu: mtu < SMALLEST_MTU ? undefined : mtu,
    ...timesOf(message, leaseSeconds, sentAt),
  };
}

/** The routes of option 121 replace the default route of option 3 (RFC 3442). */
function routesOf({ options: { routers = [], routes = [] } }: DhcpMessage): Route[] {
  const [gateway] = routers.filter(isHostAddress);
  if (routes.length === 0) return gateway === undefined ? [] : [{ destination: EVERYWHERE, gateway }];
  return routes.filter((route) => route.gateway === null || isHostAddress(route.gateway));
}

function timesOf(
  { options }: DhcpMessage,
  leaseSeconds: number,
  sentAt: number,
): Pick<Lease, "renewAt" | "rebindAt" | "expiresAt"> {
  if (leaseSeconds === INFINITE)
    return {
      renewAt: Number.POSITIVE_INFINITY,
      rebindAt: Number.POSITIVE_INFINITY,
      expiresAt: Number.POSITIVE_INFINITY,
    };
  const { renewSeconds = 0, rebindSeconds = 0 } = options;
  const isOrdered = renewSeconds > 0 && renewSeconds < rebindSeconds && rebindSeconds < leaseSeconds;
  return {
    renewAt: sentAt + (isOrdered ? renewSeconds : leaseSeconds * 0.5),
    rebindAt: sentAt + (isOrdered ? rebindSeconds : leaseSeconds * 0.875),
    expiresAt: sentAt + leaseSeconds,
  };
}
