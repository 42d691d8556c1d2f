/** The services beside the consoles: a DHCP client on each network card. */
import { readText } from "../platform/files.ts";
import { ARPHRD_ETHER } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import type { Supervised } from "./supervise.ts";
import { dhcpClient, dhcpLog, ENVIRONMENT } from "./system.ts";

const INTERFACES = "/sys/class/net";

/** Network interfaces that are cards: the loopback and tunnels have other types. */
export function networkCards({ files }: Platform): readonly string[] {
  if (files.statusFollowed(INTERFACES) === undefined) return [];
  return files
    .list(INTERFACES)
    .filter((name) => readText(files, `${INTERFACES}/${name}/type`).trim() === String(ARPHRD_ETHER));
}

export function dhcpService(platform: Platform, interfaceName: string): Supervised {
  const { files, processes } = platform;
  const argv = dhcpClient(interfaceName);
  return {
    name: `network ${interfaceName}`,
    argv,
    fallback: undefined,
    async start(words) {
      const fd = files.open(dhcpLog(interfaceName), "write");
      try {
        const output = { stdin: "ignore", stdout: { fd }, stderr: { fd } } as const;
        return await processes.spawn({ argv: words, cwd: "/", env: ENVIRONMENT, ...output });
      } finally {
        files.close(fd);
      }
    },
  };
}
