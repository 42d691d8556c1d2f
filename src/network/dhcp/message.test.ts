import fc from "fast-check";
import { assert, test } from "../../base/testing.ts";
import { type DhcpMessage, decodeMessage, encodeMessage } from "./message.ts";
import { decodePacket, encodePacket } from "./packet.ts";

const HARDWARE = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);

const MESSAGE: DhcpMessage = {
  from: "server",
  type: "ack",
  transaction: 0x12345678,
  seconds: 3,
  clientAddress: "0.0.0.0",
  yourAddress: "10.0.2.15",
  hardware: HARDWARE,
  options: {
    subnetMask: "255.255.255.0",
    routers: ["10.0.2.2", "10.0.2.9"],
    nameServers: ["10.0.2.3"],
    mtu: 1460,
    timeServers: ["10.0.2.4"],
    leaseSeconds: 86400,
    messageType: 5,
    server: "10.0.2.2",
    message: "hello",
    renewSeconds: 100,
    rebindSeconds: 200,
    routes: [
      { destination: { address: "10.0.0.0", prefix: 8 }, gateway: "10.0.2.7" },
      { destination: { address: "0.0.0.0", prefix: 0 }, gateway: "10.0.2.2" },
      { destination: { address: "10.0.2.7", prefix: 32 }, gateway: null },
    ],
  },
};

const OPTIONS_AT = 240;
const FILE_AT = 108;
const NAME_AT = 44;

/** A message whose options are these bytes. */
function withOptions(...bytes: readonly number[]): Uint8Array {
  const header = encodeMessage(MESSAGE).subarray(0, OPTIONS_AT);
  return Uint8Array.of(...header, ...bytes);
}

const ACK = [53, 1, 5];

test("a message survives encoding and decoding", () => {
  assert.equal(decodeMessage(encodeMessage(MESSAGE)), MESSAGE);
  const bytes = encodeMessage({ ...MESSAGE, options: {} });
  assert.equal(bytes.length, 300, "relays drop shorter messages");
  assert.equal(bytes.subarray(0, 8), Uint8Array.of(2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78));
  assert.equal(bytes.subarray(236, 244), Uint8Array.of(99, 130, 83, 99, 53, 1, 5, 255));
});

test("what is not a DHCP message is refused", () => {
  const good = encodeMessage(MESSAGE);
  const changed = (at: number, value: number): Uint8Array => good.map((byte, i) => (i === at ? value : byte));
  assert.equal(decodeMessage(new Uint8Array()), undefined);
  assert.equal(decodeMessage(good.subarray(0, OPTIONS_AT - 1)), undefined);
  for (const [at, value] of [
    [0, 3],
    [1, 2],
    [2, 7],
    [236, 0],
  ] as const) // operation, hardware, cookie
    assert.equal(decodeMessage(changed(at, value)), undefined, `byte ${at}`);
  for (const options of [[], [255], [53, 1, 99], [53, 0], [53, 2, 5, 5]])
    assert.equal(decodeMessage(withOptions(...options)), undefined, `options ${options}`);
});

test("truncated options invalidate a message; an absent end mark does not", () => {
  for (const options of [
    [...ACK, 1],
    [...ACK, 1, 4],
    [...ACK, 1, 4, 255, 255, 255],
    [...ACK, 12, 255, 1],
  ])
    assert.equal(decodeMessage(withOptions(...options)), undefined, `options ${options}`);
  assert.equal(decodeMessage(withOptions(...ACK))?.type, "ack");
  assert.equal(decodeMessage(withOptions(0, 0, ...ACK, 255, 1))?.type, "ack", "bytes behind the end");
});

test("a value of a wrong length counts as missing", () => {
  const options = [
    ...ACK,
    1,
    0,
    3,
    0,
    6,
    5,
    1,
    2,
    3,
    4,
    5,
    26,
    1,
    5,
    51,
    3,
    1,
    2,
    3,
    54,
    8,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
  ];
  assert.equal(decodeMessage(withOptions(...options, 255))?.options, { messageType: 5 });
  for (const routes of [[33, 1, 2, 3, 4, 5, 1, 1, 1, 1], [24, 10, 0, 1, 10, 0, 2], [0]])
    assert.equal(
      decodeMessage(withOptions(...ACK, 121, routes.length, ...routes))?.options.routes,
      undefined,
    );
});

test("host bits of a route's destination are dropped, as the kernel refuses them", () => {
  const options = decodeMessage(withOptions(...ACK, 121, 7, 12, 10, 255, 10, 0, 2, 2))?.options;
  assert.equal(options?.routes, [
    { destination: { address: "10.240.0.0", prefix: 12 }, gateway: "10.0.2.2" },
  ]);
});

test("the pieces of a long option are joined (RFC 3396)", () => {
  const options = decodeMessage(withOptions(...ACK, 6, 6, 1, 1, 1, 1, 2, 2, 6, 2, 2, 2, 255))?.options;
  assert.equal(options?.nameServers, ["1.1.1.1", "2.2.2.2"]);
});

test("option 52 says that the header's file and server name contain options", () => {
  const bytes = withOptions(...ACK, 52, 1, 3, 255);
  bytes.set([6, 4, 9, 9, 9, 9, 255], FILE_AT);
  bytes.set([6, 4, 8, 8, 8, 8, 52, 1, 3], NAME_AT);
  assert.equal(decodeMessage(bytes)?.options.nameServers, ["9.9.9.9", "8.8.8.8"]);
  bytes[OPTIONS_AT + 5] = 1; // the file alone
  assert.equal(decodeMessage(bytes)?.options.nameServers, ["9.9.9.9"]);
  bytes[FILE_AT + 1] = 200; // longer than the file
  assert.equal(decodeMessage(bytes), undefined);
});

test("text of a server contains no control characters", () => {
  assert.equal(decodeMessage(withOptions(...ACK, 56, 4, 27, 0x41, 10, 0xff))?.options.message, "?A??");
});

test("no bytes make the decoder throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      decodeMessage(bytes);
      decodePacket(bytes);
      decodeMessage(withOptions(...bytes));
    }),
  );
});

test("a packet survives encoding and decoding, and its checksums are right", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (payload) => {
      const packet = toClient(encodePacket("0.0.0.0", "255.255.255.255", payload));
      assert.equal(decodePacket(packet), payload);
      assert.equal(decodePacket(Uint8Array.of(...packet, 0, 0, 0)), payload, "Ethernet's padding");
    }),
  );
  // As Python's struct module computes them.
  const packet = encodePacket("0.0.0.0", "255.255.255.255", Uint8Array.of(1, 2, 3));
  assert.equal([...packet.subarray(10, 12)], [0x7a, 0xcf]);
  assert.equal([...packet.subarray(26, 28)], [0xfb, 0x4f]);
});

/** The packet with its ports exchanged: the sums stay right. */
function toClient(packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  changed.set([0, 67, 0, 68], 20);
  return changed;
}

test("packets of others, fragments and damaged headers are refused", () => {
  const good = toClient(encodePacket("10.0.2.2", "255.255.255.255", Uint8Array.of(1)));
  assert.ok(decodePacket(good) !== undefined);
  const problems = {
    version: 0,
    protocol: 9,
    fragment: 6,
    checksum: 10,
    sourcePort: 21,
    port: 23,
    length: 25,
  };
  for (const [name, at] of Object.entries(problems))
    assert.equal(decodePacket(good.map((byte, i) => (i === at ? byte ^ 0x25 : byte))), undefined, name);
  assert.equal(decodePacket(good.subarray(0, good.length - 1)), undefined);
});
