/**
 * The network of the machine, as its description says: static addresses at once, and a DHCP client for each
 * other interface. Interfaces that appear after the boot are not set up.
 */
import { describeError } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import { parseSubnet } from "../network/address.ts";
import {
  bringUp,
  EVERYWHERE,
  type Interface,
  interfaces,
  setAddresses,
  setMtu,
  setRoute,
} from "../network/interfaces.ts";
import { writeNameServers } from "../network/leases.ts";
import type { Child, Platform } from "../platform/platform.ts";
import type { NetworkDescription } from "../system/description.ts";
import type { KernelLog } from "./kernel-log.ts";
import type { Supervised, Supervisor } from "./supervise.ts";
import { ENVIRONMENT } from "./system.ts";

type InterfaceDescription = NetworkDescription["interfaces"][number];
type StaticAddressing = Extract<InterfaceDescription["addressing"], { readonly kind: "static" }>;

/**
 * Resolves when an interface has an address, which may be never. Never throws: an interface that cannot be
 * set up is logged, and the others still are.
 */
export function startNetwork(
  platform: Platform,
  log: KernelLog,
  supervisor: Supervisor,
  network: NetworkDescription,
): Promise<void> {
  return new Promise((hasAddress) => {
    const attempt = (what: string, body: () => void): void => {
      try {
        body();
      } catch (error) {
        log.error(`${what}: ${describeError(error)}`);
      }
    };
    attempt("network", () => {
      const { nameServers } = network;
      if (nameServers.length > 0) writeNameServers(platform.files, nameServers);
      const { found, unmatched } = matchInterfaces(network, interfaces(platform));
      for (const match of unmatched) log.error(`network: there is no interface ${match}`);
      for (const { link, description } of found) {
        const { addressing, mtu } = description;
        attempt(`network ${link.name}`, () => {
          if (addressing.kind === "static") {
            setStatic(platform, link, addressing, mtu);
            hasAddress();
            return;
          }
          const command = dhcpCommand(link, mtu, nameServers);
          supervisor.keepRunning(dhcpService(platform, log, command, hasAddress));
        });
      }
    });
  });
}

interface Matches {
  readonly found: readonly { readonly link: Interface; readonly description: InterfaceDescription }[];
  /** Names and addresses in the description that no interface has. */
  readonly unmatched: readonly string[];
}

/** A name or a MAC address takes precedence over `*`, which stands for cards only. */
export function matchInterfaces(network: NetworkDescription, links: readonly Interface[]): Matches {
  const isNamed = (link: Interface, match: string): boolean => link.name === match || link.mac === match;
  const descriptionOf = (link: Interface): InterfaceDescription | undefined =>
    network.interfaces.find(({ match }) => isNamed(link, match)) ??
    network.interfaces.find(({ match }) => match === "*" && link.isCard);
  return {
    found: links.flatMap((link) => {
      const description = descriptionOf(link);
      return description === undefined ? [] : [{ link, description }];
    }),
    unmatched: network.interfaces
      .map(({ match }) => match)
      .filter((match) => match !== "*" && !links.some((link) => isNamed(link, match))),
  };
}

function setStatic(
  platform: Platform,
  link: Interface,
  { addresses, gateway }: StaticAddressing,
  mtu: number | null,
): void {
  if (mtu !== null) setMtu(platform, link.name, mtu);
  bringUp(platform, link.name); // the kernel takes routes only through interfaces that are up
  setAddresses(platform, link, addresses.map(parseSubnet));
  if (gateway !== null) setRoute(platform, link, { destination: EVERYWHERE, gateway });
}

function dhcpCommand({ name }: Interface, mtu: number | null, nameServers: readonly string[]): string[] {
  const words = nameServers.map((server) => `name-server=${server}`);
  return ["dhcp-client", name, ...(mtu === null ? [] : [`mtu=${mtu}`]), ...words];
}

/** The client's output goes to the kernel's log. Its first line means that the interface has an address. */
function dhcpService(
  platform: Platform,
  log: KernelLog,
  argv: readonly string[],
  hasAddress: () => void,
): Supervised {
  const name = `network ${argv[1]}`;
  return {
    name,
    argv,
    fallback: undefined,
    async start(words) {
      const output = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
      const child = await platform.processes.spawn({ argv: words, cwd: "/", env: ENVIRONMENT, ...output });
      copyLines(child.stdout, (line) => {
        log.info(`network: ${line}`);
        hasAddress();
      });
      copyLines(child.stderr, (line) => log.warn(`network: ${line}`));
      return child;
    },
  };
}

async function copyLines(stream: Child["stdout"], write: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = `${rest}${decodeUtf8(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) write(line);
  }
  if (rest !== "") write(rest);
}
