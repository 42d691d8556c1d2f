/**
 * The script that udhcpc calls with its event as the argument and the lease in the environment (busybox,
 * networking/udhcp/dhcpc.c, fill_envp). Sets the interface's address, the default route and the name servers.
 */
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { writeFileAtomic } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { addDefaultRoute, bringUp, setAddress } from "./network.ts";

const NAME_SERVERS = "/etc/resolv.conf";
const NO_ADDRESS = "0.0.0.0";

export interface Lease {
  readonly interfaceName: string;
  /** NO_ADDRESS if there is none yet. */
  readonly address: string;
  readonly mask: string;
  readonly gateway: string | undefined;
  readonly nameServers: readonly string[];
}

/** The lease in udhcpc's variables. Throws Bq2Error `bad-lease` if they are not set. */
export function leaseOf(env: { readonly [name: string]: string }): Lease {
  const { interface: interfaceName } = env;
  if (interfaceName === undefined) {
    throw new Bq2Error("Cannot set up the network: no interface is named in the environment", {
      code: "bad-lease",
      hint: "udhcpc calls this program, not you",
    });
  }
  const wordsOf = (text = ""): string[] => text.split(" ").filter((word) => word !== "");
  return {
    interfaceName,
    address: env.ip ?? NO_ADDRESS,
    mask: env.subnet ?? "255.255.255.0",
    gateway: wordsOf(env.router)[0],
    nameServers: wordsOf(env.dns),
  };
}

/** Handles `deconfig`, `bound` and `renew`; ignores other events (`leasefail`, `nak`). */
export async function dhcpEvent(platform: Platform, [event]: readonly string[]): Promise<number> {
  const lease = leaseOf(platform.host.env);
  if (event === "deconfig") {
    setAddress(platform, lease.interfaceName, NO_ADDRESS, NO_ADDRESS);
    bringUp(platform, lease.interfaceName);
  }
  if (event === "bound" || event === "renew") apply(platform, lease);
  return 0;
}

function apply(platform: Platform, { interfaceName, address, mask, gateway, nameServers }: Lease): void {
  setAddress(platform, interfaceName, address, mask);
  if (gateway !== undefined) addDefaultRoute(platform, gateway);
  const text = nameServers.map((server) => `nameserver ${server}\n`).join("");
  writeFileAtomic(platform.files, NAME_SERVERS, encodeUtf8(text));
}
