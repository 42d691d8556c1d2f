/**
 * `dhcp-client INTERFACE [mtu=BYTES] [name-server=ADDRESS]…`: keeps an address on an interface until it is
 * killed. It runs in its own process, so that an error in it cannot harm process 1, which restarts it.
 *
 * Standard output gets a line whenever the address changes, so the first line means that there is one.
 */
import { Bq2Error, describeError } from "../../base/error.ts";
import { systemCall } from "../../linux/syscalls.ts";
import { type Platform, SystemError } from "../../platform/platform.ts";
import { parseAddress, type Subnet } from "../address.ts";
import {
  bringUp,
  type Interface,
  interfaceNamed,
  type Route,
  removeRoute,
  setAddresses,
  setMtu,
  setRoute,
} from "../interfaces.ts";
import { dropLease, keepLease, writeNameServers } from "../leases.ts";
import { type ClientAction, type ClientState, initialState, step } from "./client.ts";
import type { Lease } from "./lease.ts";
import { type DhcpMessage, decodeMessage, encodeMessage } from "./message.ts";
import { packetWire, udpWire, type Wire, waitFor } from "./wire.ts";

interface Settings {
  readonly interfaceName: string;
  /** Bytes; undefined: what DHCP says. */
  readonly mtu: number | undefined;
  /** They precede those that DHCP gives. */
  readonly nameServers: readonly string[];
}

/** The words of the command. Throws Bq2Error `usage`. */
export function parseSettings([interfaceName, ...words]: readonly string[]): Settings {
  const values = (key: string): string[] =>
    words.flatMap((word) => (word.startsWith(`${key}=`) ? [word.slice(key.length + 1)] : []));
  const [mtu] = values("mtu");
  const nameServers = values("name-server");
  const isKnown = words.every((word) => /^(mtu=\d+|name-server=.+)$/.test(word));
  if (interfaceName === undefined || !isKnown) {
    throw new Bq2Error(`Cannot run the DHCP client: found ${JSON.stringify(words.join(" "))}`, {
      code: "usage",
      hint: "dhcp-client INTERFACE [mtu=BYTES] [name-server=ADDRESS]…",
    });
  }
  for (const server of nameServers) parseAddress(server);
  return { interfaceName, mtu: mtu === undefined ? undefined : Number(mtu), nameServers };
}

/** Never resolves. */
export async function dhcpClient(platform: Platform, args: readonly string[]): Promise<number> {
  const settings = parseSettings(args);
  const link = interfaceNamed(platform, settings.interfaceName);
  if (link.hardware.length !== 6) throw new SystemError("speak DHCP on", link.name, "EPFNOSUPPORT");
  if (settings.mtu !== undefined) setMtu(platform, link.name, settings.mtu);
  bringUp(platform, link.name);
  return new Client(platform, link, settings).run();
}

class Client {
  readonly #platform: Platform;
  readonly #link: Interface;
  readonly #settings: Settings;
  #wire: Wire | undefined;
  #wireKind: WireKind | undefined;
  #routes: readonly Route[] = [];

  constructor(platform: Platform, link: Interface, settings: Settings) {
    this.#platform = platform;
    this.#link = link;
    this.#settings = settings;
  }

  run(): never {
    const now = (): number => this.#platform.clock.monotonicSeconds();
    const random = () => randomFraction(this.#platform);
    let state = initialState(now());
    let message: DhcpMessage | undefined;
    for (;;) {
      const around = { hardware: this.#link.hardware, now: now(), random };
      const outcome = step(around, state, message);
      state = outcome.state;
      this.#useWire(WIRES[state.name]);
      for (const action of outcome.actions) this.#perform(action);
      waitFor(this.#platform, this.#wire, state.wakeAt - now());
      const datagram = this.#wire?.receive();
      message = datagram === undefined ? undefined : decodeMessage(datagram);
    }
  }

  #useWire(kind: WireKind | undefined): void {
    if (kind === this.#wireKind) return;
    this.#wire?.close();
    this.#wire = kind === undefined ? undefined : OPEN[kind](this.#platform, this.#link);
    this.#wireKind = kind;
  }

  #perform(action: ClientAction): void {
    switch (action.kind) {
      case "send":
        this.#send(action.message, action.to);
        break;
      case "configure":
        this.#configure(action.lease, action.isNew);
        break;
      case "release":
        this.#release(action.lease, action.why);
        break;
      case "warn":
        this.#warn(action.text);
        break;
    }
  }

  /** A message that cannot be sent counts as lost: the client repeats it. */
  #send(message: DhcpMessage, to: string): void {
    try {
      this.#wire?.send(encodeMessage(message), to);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#warn(describeError(error));
    }
  }

  #configure(lease: Lease, isNew: boolean): void {
    const { subnet, server, routes, nameServers, timeServers } = lease;
    const platform = this.#platform;
    const link = this.#link;
    const mtu = this.#settings.mtu ?? lease.mtu;
    if (mtu !== undefined) setMtu(platform, link.name, mtu);
    setAddresses(platform, link, [subnet]);
    const isKept = (old: Route) =>
      routes.some((route) => textOf(route.destination) === textOf(old.destination));
    for (const old of this.#routes.filter((route) => !isKept(route))) removeRoute(platform, link, old);
    for (const route of routes) setRoute(platform, link, route);
    this.#routes = routes;
    keepLease(platform.files, link.name, { address: textOf(subnet), server, nameServers, timeServers });
    writeNameServers(platform.files, this.#settings.nameServers);
    if (!isNew) return;
    const seconds = Math.round(lease.expiresAt - platform.clock.monotonicSeconds());
    const time = Number.isFinite(seconds) ? `${seconds} seconds` : "ever";
    platform.host.writeOut(`${link.name} has ${textOf(subnet)} from ${server} for ${time}\n`);
  }

  #release({ subnet }: Lease, why: string): void {
    const { host, files } = this.#platform;
    setAddresses(this.#platform, this.#link, []); // the kernel then removes the interface's routes
    this.#routes = [];
    dropLease(files, this.#link.name);
    writeNameServers(files, this.#settings.nameServers);
    host.writeOut(`${this.#link.name} has lost ${textOf(subnet)}: ${why}\n`);
  }

  #warn(text: string): void {
    this.#platform.host.writeError(`${this.#link.name}: ${text}\n`);
  }
}

type WireKind = "packet" | "udp";

const OPEN = { packet: packetWire, udp: udpWire } as const;

/** What each state listens to. */
const WIRES: { readonly [N in ClientState["name"]]: WireKind | undefined } = {
  init: undefined,
  selecting: "packet",
  requesting: "packet",
  bound: undefined,
  renewing: "udp",
  rebinding: "udp",
};

function textOf({ address, prefix }: Subnet): string {
  return `${address}/${prefix}`;
}

/** From the kernel: others must not guess the numbers of our exchanges. */
function randomFraction(platform: Platform): number {
  const bytes = new Uint8Array(4);
  systemCall(platform, { name: "getrandom", action: "get", what: "a random number" }, bytes, bytes.length, 0);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}
