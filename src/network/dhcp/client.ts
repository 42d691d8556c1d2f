/**
 * The DHCP client as a state machine (RFC 2131, 4.4): from a state and an event to the next state and what to
 * do. Pure: time and randomness are arguments. Subset: it neither remembers an address across restarts of the
 * machine nor asks for parameters alone, and does not probe whether another machine has the address.
 */
import { equalBytes } from "../../base/bytes.ts";
import { BROADCAST_ADDRESS, isHostAddress, NO_ADDRESS } from "../address.ts";
import { type Lease, leaseOf } from "./lease.ts";
import type { DhcpMessage, MessageType } from "./message.ts";
import { type Options, optionCode } from "./options.ts";

/** An exchange with servers. */
interface Exchange {
  readonly transaction: number;
  readonly startedAt: number;
  /** Messages without an answer so far. */
  readonly attempt: number;
  /** When the last of them was sent: a lease counts from then (RFC 2131, 4.4.1). */
  readonly sentAt: number;
}

interface Offer {
  readonly address: string;
  readonly server: string;
}

/** All have a time at which something is due if no message arrives before. */
export type ClientState = { readonly wakeAt: number } & (
  | { readonly name: "init" }
  | { readonly name: "selecting"; readonly exchange: Exchange }
  | { readonly name: "requesting"; readonly exchange: Exchange; readonly offer: Offer }
  | { readonly name: "bound"; readonly lease: Lease }
  | { readonly name: "renewing" | "rebinding"; readonly exchange: Exchange; readonly lease: Lease }
);

type StateOf<N extends ClientState["name"]> = Extract<ClientState, { readonly name: N }>;

export type ClientAction =
  | { readonly kind: "send"; readonly message: DhcpMessage; readonly to: string }
  /** The interface gets what the lease says, or has it already. */
  | { readonly kind: "configure"; readonly lease: Lease; readonly isNew: boolean }
  /** The interface loses what the last lease has given it. */
  | { readonly kind: "release"; readonly lease: Lease; readonly why: string }
  | { readonly kind: "warn"; readonly text: string };

export interface Outcome {
  readonly state: ClientState;
  readonly actions: readonly ClientAction[];
}

export interface Surroundings {
  /** The interface's Ethernet address. */
  readonly hardware: Uint8Array;
  /** Seconds of a clock that never goes back. */
  readonly now: number;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** RFC 2131, 4.1: 4 seconds, doubled up to 64, each changed by up to one second in either direction. */
const FIRST_WAIT_SECONDS = 4;
const LONGEST_WAIT_SECONDS = 64;
const REQUESTS_AT_MOST = 4; // RFC 2131, 3.1, step 5
const SHORTEST_RENEWAL_WAIT_SECONDS = 60; // RFC 2131, 4.4.5
/** The client rests even if the answer came so late that the lease should be renewed already. */
const SHORTEST_BOUND_SECONDS = 1;
/** The wait before the fifth message, after about a minute. */
const ATTEMPT_THAT_WARNS = 4;

/** Bytes with all headers: one Ethernet frame. */
const LARGEST_MESSAGE = 1500;
const ETHERNET = 1; // precedes the address in a client identifier: RFC 2132, 9.14
const WANTED = Uint8Array.from(
  (
    [
      "subnetMask",
      "routes",
      "routers",
      "nameServers",
      "mtu",
      "timeServers",
      "renewSeconds",
      "rebindSeconds",
    ] as const
  ).map(optionCode), // RFC 3442: 121 precedes 3
);

/** The state at the start. */
export function initialState(now: number): ClientState {
  return { name: "init", wakeAt: now };
}

/**
 * Handles a message, or the passing of time if the message means nothing: a flood of them must not stop the
 * clock.
 */
export function step(around: Surroundings, state: ClientState, message?: DhcpMessage): Outcome {
  const answered = message === undefined ? undefined : onMessage(around, state, message);
  if (answered !== undefined) return answered;
  if (around.now < state.wakeAt) return { state, actions: [] };
  switch (state.name) {
    case "init":
      return discover(around, newExchange(around));
    case "selecting":
      return discover(around, repeated(around, state.exchange));
    case "requesting":
      if (state.exchange.attempt + 1 >= REQUESTS_AT_MOST) return discover(around, newExchange(around));
      return request(around, state.offer, repeated(around, state.exchange));
    case "bound":
      return extend(around, state.lease, newExchange(around));
    case "renewing":
    case "rebinding":
      return extend(around, state.lease, repeated(around, state.exchange));
  }
}

function newExchange({ now, random }: Surroundings): Exchange {
  return { transaction: Math.floor(random() * 2 ** 32), startedAt: now, attempt: 0, sentAt: now };
}

function repeated({ now }: Surroundings, exchange: Exchange): Exchange {
  return { ...exchange, attempt: exchange.attempt + 1, sentAt: now };
}

function waitAfter(attempt: number, random: () => number): number {
  return Math.min(FIRST_WAIT_SECONDS * 2 ** attempt, LONGEST_WAIT_SECONDS) + 2 * random() - 1;
}

function discover(around: Surroundings, exchange: Exchange): Outcome {
  const wakeAt = around.now + waitAfter(exchange.attempt, around.random);
  const warning = { kind: "warn", text: "no DHCP server answers; the client goes on asking" } as const;
  return {
    state: { name: "selecting", exchange, wakeAt },
    actions: [
      ...(exchange.attempt === ATTEMPT_THAT_WARNS ? [warning] : []),
      send(around, exchange, "discover", NO_ADDRESS, BROADCAST_ADDRESS, {}),
    ],
  };
}

function request(around: Surroundings, offer: Offer, exchange: Exchange): Outcome {
  const wakeAt = around.now + waitAfter(exchange.attempt, around.random);
  const options = { requestedAddress: offer.address, server: offer.server };
  return {
    state: { name: "requesting", exchange, offer, wakeAt },
    actions: [send(around, exchange, "request", NO_ADDRESS, BROADCAST_ADDRESS, options)],
  };
}

/** Asks to extend the lease: its own server at first, then any server. */
function extend(around: Surroundings, lease: Lease, exchange: Exchange): Outcome {
  const { now } = around;
  if (now >= lease.expiresAt) {
    const { state, actions } = discover(around, newExchange(around));
    return { state, actions: [{ kind: "release", lease, why: "the lease has expired" }, ...actions] };
  }
  const name = now < lease.rebindAt ? "renewing" : "rebinding";
  const [to, end] =
    name === "renewing" ? [lease.server, lease.rebindAt] : [BROADCAST_ADDRESS, lease.expiresAt];
  const wakeAt = Math.min(end, now + Math.max((end - now) / 2, SHORTEST_RENEWAL_WAIT_SECONDS));
  return {
    state: { name, exchange, lease, wakeAt },
    actions: [send(around, exchange, "request", lease.subnet.address, to, {})],
  };
}

function send(
  { hardware, now }: Surroundings,
  { transaction, startedAt }: Exchange,
  type: MessageType,
  clientAddress: string,
  to: string,
  options: Options,
): ClientAction {
  const clientId = Uint8Array.of(ETHERNET, ...hardware);
  return {
    kind: "send",
    to,
    message: {
      ...{ from: "client", type, transaction, seconds: now - startedAt, clientAddress, hardware },
      yourAddress: NO_ADDRESS,
      options: { ...options, wanted: WANTED, largestMessage: LARGEST_MESSAGE, clientId },
    },
  };
}

/** Undefined: the message means nothing in this state. */
function onMessage(around: Surroundings, state: ClientState, message: DhcpMessage): Outcome | undefined {
  if (!("exchange" in state) || message.transaction !== state.exchange.transaction) return;
  if (message.from !== "server" || !equalBytes(message.hardware, around.hardware)) return;
  if (state.name === "selecting") return onOffer(around, state, message);
  const { server } = message.options;
  const isFromItsServer = server === (state.name === "requesting" ? state.offer.server : state.lease.server);
  if (server === undefined || (!isFromItsServer && state.name !== "rebinding")) return;
  if (message.type === "ack") return onAcknowledgement(around, state, message);
  if (message.type === "nak") return onRefusal(around, state, message);
  return;
}

/** Takes the first usable offer. */
function onOffer(
  around: Surroundings,
  { exchange }: StateOf<"selecting">,
  message: DhcpMessage,
): Outcome | undefined {
  const lease = message.type === "offer" ? leaseOf(message, exchange.sentAt) : undefined;
  if (lease === undefined || !isHostAddress(lease.server)) return;
  const offer = { address: lease.subnet.address, server: lease.server };
  return request(around, offer, { ...exchange, attempt: 0, sentAt: around.now });
}

type Asking = StateOf<"requesting"> | StateOf<"renewing" | "rebinding">;

function onAcknowledgement({ now }: Surroundings, state: Asking, message: DhcpMessage): Outcome | undefined {
  const lease = leaseOf(message, state.exchange.sentAt);
  const wanted = state.name === "requesting" ? state.offer.address : state.lease.subnet.address;
  if (lease?.subnet.address !== wanted || lease.expiresAt <= now) return;
  return {
    state: { name: "bound", lease, wakeAt: Math.max(lease.renewAt, now + SHORTEST_BOUND_SECONDS) },
    actions: [{ kind: "configure", lease, isNew: state.name === "requesting" }],
  };
}

/** Begins again after a while, so that a server that always refuses is not flooded. */
function onRefusal({ now, random }: Surroundings, state: Asking, { options }: DhcpMessage): Outcome {
  const why = `the server ${options.server} has refused it${options.message ? `: ${options.message}` : ""}`;
  return {
    state: { name: "init", wakeAt: now + waitAfter(0, random) },
    actions:
      state.name === "requesting"
        ? [{ kind: "warn", text: `no address ${state.offer.address}: ${why}` }]
        : [{ kind: "release", lease: state.lease, why }],
  };
}
