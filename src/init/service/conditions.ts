/** What services can wait for besides each other, and when a service answers on its port. */

import { ascii, reserved, struct } from "../../base/struct.ts";
import { systemCall, systemCallUnless } from "../../linux/syscalls.ts";
import { readText } from "../../platform/files.ts";
import {
  AF_INET,
  EADDRNOTAVAIL,
  ENODEV,
  O_CLOEXEC,
  SIOCGIFADDR,
  SOCK_DGRAM,
} from "../../platform/linux-abi.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Condition } from "../../system/check-services.ts";

const CHECKS: { readonly [C in Condition]: (platform: Platform) => boolean } = {
  network: (platform) => interfacesOf(platform).some((name) => hasAddress(platform, name)),
  time: isClockSet,
};

export function isMet(platform: Platform, condition: Condition): boolean {
  return CHECKS[condition](platform);
}

const INTERFACES = "/sys/class/net";

/** All but the loopback, which always has its address. */
function interfacesOf({ files }: Platform): readonly string[] {
  if (files.statusFollowed(INTERFACES) === undefined) return [];
  return files.list(INTERFACES).filter((name) => name !== "lo");
}

/** include/uapi/linux/if.h: struct ifreq. */
const AddressRequest = struct("ifreq", 40, { name: ascii(16), rest: reserved(24) });

function hasAddress(platform: Platform, name: string): boolean {
  const call = { action: "ask the address of", what: name } as const;
  const socket = systemCall(platform, { ...call, name: "socket" }, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  try {
    const request = AddressRequest.encode({ name });
    const expected = [EADDRNOTAVAIL, ENODEV];
    return (
      systemCallUnless(platform, expected, { ...call, name: "ioctl" }, socket, SIOCGIFADDR, request) >= 0
    );
  } finally {
    systemCall(platform, { ...call, name: "close" }, socket);
  }
}

/** The boot sets a clock that is behind this file's time to it, so that much time is only a lower bound. */
const LOWER_BOUND = "/etc/os-release";

/** A day: longer than a boot that waits for a user at the rescue prompt. */
const UNSET_SECONDS = 86_400;

/**
 * False while the clock shows little more than the time of the system's own files: nothing has set it,
 * neither the hardware clock at boot nor a program since.
 */
function isClockSet({ files, clock }: Platform): boolean {
  const lowest = files.statusFollowed(LOWER_BOUND)?.mtime ?? 0;
  return clock.nowMicroseconds() / 1e6 > lowest + UNSET_SECONDS;
}

const LISTENING = "0A"; // include/net/tcp_states.h: TCP_LISTEN

/** Whether a program listens on the TCP port: Documentation/networking/proc_net_tcp.rst. */
export function isPortOpen({ files }: Platform, port: number): boolean {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((path) => {
    if (files.statusFollowed(path) === undefined) return false;
    const rows = readText(files, path).split("\n").slice(1);
    return rows.some((row) => {
      const [, local = "", , state] = row.trim().split(/\s+/);
      return state === LISTENING && local.endsWith(`:${wanted}`);
    });
  });
}
