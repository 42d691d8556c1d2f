/** DHCP messages (RFC 2131, 2): a header in the form of BOOTP, and options. */
import { concatBytes } from "../../base/bytes.ts";
import { bytes, struct, u8, u16be, u32be } from "../../base/struct.ts";
import { ipv4 } from "../address.ts";
import { collectOptions, encodeOptions, type Options, optionCode, readOptions } from "./options.ts";

/** RFC 2131, figure 1, and the magic cookie that precedes the options (3). */
const Header = struct("DHCP header", 240, {
  operation: u8,
  hardwareType: u8,
  hardwareLength: u8,
  hops: u8,
  transaction: u32be,
  seconds: u16be,
  flags: u16be,
  clientAddress: ipv4,
  yourAddress: ipv4,
  nextServer: ipv4,
  relay: ipv4,
  hardware: bytes(16),
  serverName: bytes(64),
  file: bytes(128),
  cookie: u32be,
});

const COOKIE = 0x63825363; // RFC 2131, 3: 99, 130, 83, 99
const HARDWARE_ETHERNET = 1; // RFC 1700: ARP's number for Ethernet
const SMALLEST = 300; // RFC 1542, 2.1: relays drop shorter messages

/** Option 53 (RFC 2132, 9.6). */
export const MESSAGE_TYPES = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6 } as const;
export type MessageType = keyof typeof MESSAGE_TYPES;

const TYPE_NAMES = Object.keys(MESSAGE_TYPES) as MessageType[];

/** Who sends the message: field `op`. */
const OPERATIONS = { client: 1, server: 2 } as const;

export interface DhcpMessage {
  readonly from: keyof typeof OPERATIONS;
  readonly type: MessageType;
  /** Chosen by the client; the answers contain it again. */
  readonly transaction: number;
  /** Since the client has begun to look for an address. */
  readonly seconds: number;
  /** The client's address, if it has one; 0.0.0.0 if not. */
  readonly clientAddress: string;
  /** What the server offers or gives. */
  readonly yourAddress: string;
  /** The six bytes of the client's Ethernet address. */
  readonly hardware: Uint8Array;
  readonly options: Options;
}

export function encodeMessage(message: DhcpMessage): Uint8Array {
  const header = Header.encode({
    operation: OPERATIONS[message.from],
    hardwareType: HARDWARE_ETHERNET,
    hardwareLength: message.hardware.length,
    transaction: message.transaction,
    seconds: Math.min(Math.floor(message.seconds), 0xffff),
    clientAddress: message.clientAddress,
    yourAddress: message.yourAddress,
    hardware: message.hardware,
    cookie: COOKIE,
  });
  const options = encodeOptions({ ...message.options, messageType: MESSAGE_TYPES[message.type] });
  const padding = new Uint8Array(Math.max(0, SMALLEST - header.length - options.length));
  return concatBytes([header, options, padding]);
}

/** Undefined if the bytes are not a whole, well-formed DHCP message of a type that concerns a client. */
export function decodeMessage(datagram: Uint8Array): DhcpMessage | undefined {
  if (datagram.length < Header.size) return undefined;
  const header = Header.decode(datagram);
  const { operation, hardwareType, hardwareLength } = header;
  if (header.cookie !== COOKIE || hardwareType !== HARDWARE_ETHERNET || hardwareLength !== 6)
    return undefined;
  const options = allOptions(datagram.subarray(Header.size), header);
  const type = TYPE_NAMES.find((name) => MESSAGE_TYPES[name] === options?.messageType);
  const from = operation === OPERATIONS.server ? "server" : "client";
  if (options === undefined || type === undefined || operation !== OPERATIONS[from]) return undefined;
  const { transaction, seconds, clientAddress, yourAddress } = header;
  const hardware = header.hardware.subarray(0, hardwareLength);
  return { from, type, transaction, seconds, clientAddress, yourAddress, hardware, options };
}

/** The options of the message's end, then those in the header's fields (RFC 2131, 4.1). */
function allOptions(
  area: Uint8Array,
  { file, serverName }: { readonly file: Uint8Array; readonly serverName: Uint8Array },
): Options | undefined {
  const found = new Map<number, Uint8Array>();
  if (!collectOptions(area, found)) return undefined;
  const [overload = 0] = found.get(optionCode("overload")) ?? [];
  if ((overload & 1) !== 0 && !collectOptions(file, found)) return undefined;
  if ((overload & 2) !== 0 && !collectOptions(serverName, found)) return undefined;
  return readOptions(found);
}
