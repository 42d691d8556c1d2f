/**
 * What DHCP has given each interface, in `/run/network/<interface>`: a line for each fact, such as
 * `name-server 10.0.2.3`. `/etc/resolv.conf` is made from these files.
 */
import { encodeUtf8 } from "../base/text.ts";
import { makeFolders, readText, writeFileAtomic } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

const LEASES = "/run/network";
const NAME_SERVERS = "/etc/resolv.conf";

export interface KeptLease {
  /** With its prefix. */
  readonly address: string;
  readonly server: string;
  readonly nameServers: readonly string[];
  readonly timeServers: readonly string[];
}

export function keepLease(files: Files, interfaceName: string, lease: KeptLease): void {
  const lines = [
    `address ${lease.address}`,
    `server ${lease.server}`,
    ...lease.nameServers.map((server) => `name-server ${server}`),
    ...lease.timeServers.map((server) => `time-server ${server}`),
  ];
  makeFolders(files, LEASES);
  writeFileAtomic(files, `${LEASES}/${interfaceName}`, encodeUtf8(lines.map((line) => `${line}\n`).join("")));
}

/** Does nothing if there is none. */
export function dropLease(files: Files, interfaceName: string): void {
  const path = `${LEASES}/${interfaceName}`;
  if (files.status(path) !== undefined) files.removeFile(path);
}

/** The values of all lines `key value`, in the order of the interfaces' names. */
export function leasedValues(files: Files, key: "name-server" | "time-server"): string[] {
  if (files.status(LEASES) === undefined) return [];
  const lines = files.list(LEASES).flatMap((name) => readText(files, `${LEASES}/${name}`).split("\n"));
  return lines.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
}

/** `first` precede the name servers that DHCP has given. */
export function writeNameServers(files: Files, first: readonly string[]): void {
  const servers = new Set([...first, ...leasedValues(files, "name-server")]);
  const text = [...servers].map((server) => `nameserver ${server}\n`).join("");
  writeFileAtomic(files, NAME_SERVERS, encodeUtf8(text));
}
