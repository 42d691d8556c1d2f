/** IPv4 addresses as text, such as `10.0.2.15`, and as four bytes. */
import { Bq2Error } from "../base/error.ts";
import type { Field } from "../base/struct.ts";
import { parseIpv4 } from "../platform/socket-address.ts";

export const NO_ADDRESS = "0.0.0.0";
export const BROADCAST_ADDRESS = "255.255.255.255";

/** An address, and how many of its bits name the network: `10.0.2.15/24`. */
export interface Subnet {
  readonly address: string;
  readonly prefix: number;
}

/** The four bytes of an address. Throws Bq2Error `bad-address`. */
export function parseAddress(text: string): Uint8Array {
  const bytes = parseIpv4(text);
  if (bytes !== undefined) return bytes;
  throw new Bq2Error(
    `Cannot use ${JSON.stringify(text)} as an IPv4 address: it must be four numbers from 0 to 255`,
    { code: "bad-address" },
  );
}

export function formatAddress(bytes: Uint8Array): string {
  return bytes.join(".");
}

/** An address in a structure; 0.0.0.0 by default. */
export const ipv4: Field<string> = {
  size: 4,
  zero: NO_ADDRESS,
  read: (view, offset) => formatAddress(new Uint8Array(view.buffer, view.byteOffset + offset, 4)),
  write: (view, offset, value) =>
    new Uint8Array(view.buffer, view.byteOffset + offset, 4).set(parseAddress(value)),
};

/** The address as an unsigned number. */
function numberOf(address: string): number {
  return parseAddress(address).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** `10.0.2.15/24` as an address and its prefix. Throws Bq2Error `bad-address`. */
export function parseSubnet(text: string): Subnet {
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  if (prefix !== "" && Number(prefix) <= 32) {
    parseAddress(address);
    return { address, prefix: Number(prefix) };
  }
  throw new Bq2Error(
    `Cannot use ${JSON.stringify(text)} as an IPv4 address with its prefix: an example is 192.0.2.1/24`,
    { code: "bad-address" },
  );
}

/** The bits of an address that name the host: ones behind the prefix. */
export function hostMask(prefix: number): Uint8Array {
  return Uint8Array.from({ length: 4 }, (_, i) => 0xff >> Math.min(8, Math.max(0, prefix - 8 * i)));
}

/** The number of leading ones in a subnet mask; undefined if zeros precede ones. */
export function prefixOf(mask: string): number | undefined {
  const bits = numberOf(mask).toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : undefined;
}

/** The prefix of a network without a mask: the classes of RFC 791, 3.2. */
export function classPrefix(address: string): number {
  const [first = 0] = parseAddress(address);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/** Whether an interface can have this address: neither 0/8, 127/8, a multicast group nor a broadcast. */
export function isHostAddress(address: string): boolean {
  const [first = 0] = parseAddress(address);
  return first > 0 && first !== 127 && first < 224; // RFC 6890, 2.2.2; RFC 5771
}
