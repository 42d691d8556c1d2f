/**
 * IPv4 and UDP headers around a DHCP message (RFC 791, 768), for an interface that has no address yet. No
 * options and no fragments.
 */
import { concatBytes } from "../../base/bytes.ts";
import { struct, u8, u16be } from "../../base/struct.ts";
import { ipv4 } from "../address.ts";

/** RFC 2131, 4.1. */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

const IpHeader = struct("IPv4 header", 20, {
  /** Version 4, and the header's length in units of four bytes. */
  versionAndLength: u8,
  service: u8,
  totalLength: u16be,
  identification: u16be,
  flagsAndOffset: u16be,
  timeToLive: u8,
  protocol: u8,
  checksum: u16be,
  source: ipv4,
  destination: ipv4,
});

const UdpHeader = struct("UDP header", 8, {
  sourcePort: u16be,
  destinationPort: u16be,
  length: u16be,
  checksum: u16be,
});

/** What the UDP checksum covers beside the datagram (RFC 768). */
const PseudoHeader = struct("UDP pseudo header", 12, {
  source: ipv4,
  destination: ipv4,
  zero: u8,
  protocol: u8,
  length: u16be,
});

const VERSION_AND_LENGTH = 0x45;
const PROTOCOL_UDP = 17; // RFC 1700
const TIME_TO_LIVE = 64; // RFC 1700
const FRAGMENT = 0x3fff; // "more fragments" and the offset

/** A packet from a client to servers. */
export function encodePacket(source: string, destination: string, payload: Uint8Array): Uint8Array {
  const length = UdpHeader.size + payload.length;
  const udp = { sourcePort: CLIENT_PORT, destinationPort: SERVER_PORT, length };
  const pseudo = PseudoHeader.encode({ source, destination, protocol: PROTOCOL_UDP, length });
  const sum = checksum(concatBytes([pseudo, UdpHeader.encode(udp), payload]));
  const ip = {
    versionAndLength: VERSION_AND_LENGTH,
    totalLength: IpHeader.size + length,
    timeToLive: TIME_TO_LIVE,
    protocol: PROTOCOL_UDP,
    source,
    destination,
  };
  return concatBytes([
    IpHeader.encode({ ...ip, checksum: checksum(IpHeader.encode(ip)) }),
    UdpHeader.encode({ ...udp, checksum: sum === 0 ? 0xffff : sum }), // 0 means that there is none
    payload,
  ]);
}

/**
 * The payload of a packet for a client's port; undefined for any other packet. Does not check the UDP
 * checksum: between virtual machines of one host it is often never computed, and the kernel does not say so
 * here. Ethernet has its own.
 */
export function decodePacket(packet: Uint8Array): Uint8Array | undefined {
  if (packet.length < IpHeader.size) return undefined;
  const ip = IpHeader.decode(packet);
  const headerLength = (ip.versionAndLength & 0xf) * 4;
  const end = Math.min(ip.totalLength, packet.length);
  if (ip.versionAndLength >> 4 !== 4 || headerLength < IpHeader.size) return undefined;
  if (ip.protocol !== PROTOCOL_UDP || (ip.flagsAndOffset & FRAGMENT) !== 0) return undefined;
  if (end < ip.totalLength || end < headerLength + UdpHeader.size) return undefined;
  if (checksum(packet.subarray(0, headerLength)) !== 0) return undefined;
  const udp = UdpHeader.decode(packet, headerLength);
  const isWhole = udp.length >= UdpHeader.size && headerLength + udp.length <= end;
  if (!isWhole || udp.destinationPort !== CLIENT_PORT || udp.sourcePort !== SERVER_PORT) return undefined;
  return packet.subarray(headerLength + UdpHeader.size, headerLength + udp.length);
}

/** RFC 1071: the complement of the sum in ones' complement. Zero for bytes that contain their checksum. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
