/** DHCP options (RFC 2132; 121: RFC 3442). What each contains, and their encoding as a list of bytes. */
import { concatBytes } from "../../base/bytes.ts";
import { encodeUtf8 } from "../../base/text.ts";
import { formatAddress, hostMask, parseAddress } from "../address.ts";
import type { Route } from "../interfaces.ts";

/** How an option's value is stored. `read` returns undefined if the value is malformed. */
interface Kind<T> {
  write(value: T): Uint8Array;
  read(bytes: Uint8Array): T | undefined;
}

function number(size: 1 | 2 | 4): Kind<number> {
  return {
    write: (value) => Uint8Array.from({ length: size }, (_, i) => (value / 2 ** (8 * (size - 1 - i))) & 0xff),
    read: (bytes) => (bytes.length === size ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined),
  };
}

const raw: Kind<Uint8Array> = { write: (value) => value, read: (bytes) => bytes };

/** For messages to people only: other characters than printable ASCII become `?`. */
const text: Kind<string> = {
  write: encodeUtf8,
  read: (bytes) => Array.from(bytes, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "?")).join(""),
};

const address: Kind<string> = {
  write: parseAddress,
  read: (bytes) => (bytes.length === 4 ? formatAddress(bytes) : undefined),
};

const addresses: Kind<readonly string[]> = {
  write: (values) => concatBytes(values.map(parseAddress)),
  read(bytes) {
    if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
    return Array.from({ length: bytes.length / 4 }, (_, i) =>
      formatAddress(bytes.subarray(4 * i, 4 * i + 4)),
    );
  },
};

/** RFC 3442: for each route the prefix, as many bytes of the destination as the prefix needs, the gateway. */
const routes: Kind<readonly Route[]> = {
  write: (values) =>
    concatBytes(
      values.flatMap(({ destination: { address, prefix }, gateway }) => [
        Uint8Array.of(prefix),
        parseAddress(address).subarray(0, Math.ceil(prefix / 8)),
        gateway === null ? new Uint8Array(4) : parseAddress(gateway),
      ]),
    ),
  read(bytes) {
    const found: Route[] = [];
    for (let at = 0; at < bytes.length; ) {
      const prefix = bytes[at] ?? 0;
      const significant = Math.ceil(prefix / 8);
      const end = at + 1 + significant + 4;
      if (prefix > 32 || end > bytes.length) return undefined;
      const network = new Uint8Array(4);
      network.set(bytes.subarray(at + 1, at + 1 + significant));
      const gateway = bytes.subarray(at + 1 + significant, end);
      found.push({
        destination: { address: formatAddress(withoutHostBits(network, prefix)), prefix },
        gateway: gateway.every((byte) => byte === 0) ? null : formatAddress(gateway),
      });
      at = end;
    }
    return found;
  },
};

function withoutHostBits(network: Uint8Array, prefix: number): Uint8Array {
  const hostBits = hostMask(prefix);
  return network.map((byte, i) => byte & ~(hostBits[i] ?? 0));
}

const option = <T>(code: number, kind: Kind<T>) => ({ code, kind });

/** The options that the client knows. The numbers are those of the RFCs. */
const OPTIONS = {
  subnetMask: option(1, address),
  routers: option(3, addresses),
  nameServers: option(6, addresses),
  mtu: option(26, number(2)),
  timeServers: option(42, addresses),
  requestedAddress: option(50, address),
  leaseSeconds: option(51, number(4)),
  /** Which fields of the header contain further options: 1 the file, 2 the server's name, 3 both. */
  overload: option(52, number(1)),
  messageType: option(53, number(1)),
  server: option(54, address),
  /** Numbers of the options that the client wants. */
  wanted: option(55, raw),
  message: option(56, text),
  largestMessage: option(57, number(2)),
  renewSeconds: option(58, number(4)),
  rebindSeconds: option(59, number(4)),
  clientId: option(61, raw),
  routes: option(121, routes),
} as const;

type OptionName = keyof typeof OPTIONS;
type ValueOf<N extends OptionName> = (typeof OPTIONS)[N]["kind"] extends Kind<infer T> ? T : never;

/** The values of options. One that is malformed counts as missing. */
export type Options = { readonly [N in OptionName]?: ValueOf<N> };

/** Options by their number, as in a message. */
export type RawOptions = ReadonlyMap<number, Uint8Array>;

const NAMES = Object.keys(OPTIONS) as OptionName[];

export function optionCode(name: OptionName): number {
  return OPTIONS[name].code;
}

/** The known ones among `raw`. */
export function readOptions(found: RawOptions): Options {
  const values: { [name: string]: unknown } = {};
  for (const name of NAMES) {
    const bytes = found.get(OPTIONS[name].code);
    const value = bytes === undefined ? undefined : OPTIONS[name].kind.read(bytes);
    if (value !== undefined) values[name] = value;
  }
  return values as Options;
}

const PAD = 0;
const END = 255;
const MOST_BYTES = 255; // of one option: its length is one byte

/** The options in the order of their numbers, with the end mark. */
export function encodeOptions(options: Options): Uint8Array {
  const parts = NAMES.flatMap((name) => {
    const value = options[name];
    if (value === undefined) return [];
    const { code, kind } = OPTIONS[name];
    const bytes = (kind as Kind<unknown>).write(value);
    if (bytes.length > MOST_BYTES) throw new RangeError(`Cannot store option ${code}: ${bytes.length} bytes`);
    return [Uint8Array.of(code, bytes.length), bytes];
  });
  return concatBytes([...parts, Uint8Array.of(END)]);
}

/**
 * Adds the options of one area to `found`; the pieces of a long option are joined (RFC 3396). Returns false
 * if an option is longer than the rest of the area. The end mark may be missing.
 */
export function collectOptions(area: Uint8Array, found: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < area.length; ) {
    const code = area[at] ?? END;
    if (code === END) return true;
    at += 1;
    if (code === PAD) continue;
    const length = area[at];
    if (length === undefined || at + 1 + length > area.length) return false;
    const value = area.subarray(at + 1, at + 1 + length);
    const before = found.get(code);
    found.set(code, before === undefined ? value : concatBytes([before, value]));
    at += 1 + length;
  }
  return true;
}
