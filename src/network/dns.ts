/** DNS messages (RFC 1035, 4): the question for a host's IPv4 addresses, and its answer. */
import { equalBytes } from "../base/bytes.ts";
import { encodeUtf8 } from "../base/text.ts";

const TYPE_A = 1;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const HEADER_SIZE = 12;
const CODE_MASK = 0xf;
const CODE_NO_SUCH_NAME = 3;
const TRUNCATED = 0x0200;

/** `id` identifies the answer. Throws `RangeError` where `host` is not a host name. */
export function dnsQuestion(id: number, host: string): Uint8Array {
  const labels = host.replace(/\.$/, "").split(".");
  if (host.length > 253 || labels.some((label) => label === "" || label.length > 63)) {
    throw new RangeError(`not a host name: ${host}`);
  }
  const name = labels.flatMap((label) => [label.length, ...encodeUtf8(label)]);
  const head = [id, RECURSION_DESIRED, 1, 0, 0, 0].flatMap((word) => [word >> 8, word & 0xff]);
  return Uint8Array.of(...head, ...name, 0, 0, TYPE_A, 0, CLASS_IN);
}

/**
 * The addresses in the answer to `question`; `no-such-name` if the server says that the name does not exist;
 * undefined if the datagram is not a complete answer to it. An attacker who cannot see the question has to
 * guess its id and its source port.
 */
export function dnsAddresses(
  question: Uint8Array,
  answer: Uint8Array,
): readonly string[] | "no-such-name" | undefined {
  if (answer.length < question.length) return undefined;
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
  const flags = view.getUint16(2);
  if (!isSameQuestion(question, answer) || flags < 0x8000) return undefined;
  if ((flags & CODE_MASK) === CODE_NO_SUCH_NAME) return "no-such-name";
  if ((flags & CODE_MASK) !== 0) return undefined;
  try {
    const addresses = readRecords(view, question.length);
    return addresses.length === 0 && (flags & TRUNCATED) !== 0 ? undefined : addresses;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the answer ends within a record
    throw error;
  }
}

/** RFC 5452, 9.1: the id, the number of questions (one), and the question itself. */
function isSameQuestion(question: Uint8Array, answer: Uint8Array): boolean {
  const same = (start: number, end: number): boolean =>
    equalBytes(question.subarray(start, end), answer.subarray(start, end));
  return same(0, 2) && same(4, 6) && same(HEADER_SIZE, question.length);
}

/** `start` is the end of the question. */
function readRecords(view: DataView, start: number): string[] {
  let at = start;
  const addresses: string[] = [];
  for (let record = 0; record < view.getUint16(6); record++) {
    at = skipName(view, at);
    const [type, length] = [view.getUint16(at), view.getUint16(at + 8)];
    at += 10;
    if (type === TYPE_A && length === 4) {
      addresses.push([0, 1, 2, 3].map((i) => view.getUint8(at + i)).join("."));
    }
    at += length;
  }
  return addresses;
}

/** A name is a list of labels. It may end in a pointer to labels elsewhere: two bytes, the top bits set. */
function skipName(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const length = view.getUint8(at);
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
}
