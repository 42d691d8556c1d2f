import { assert, test } from "../../base/testing.ts";
import type { SyscallName } from "../../linux/syscalls.ts";
import { readText } from "../../platform/files.ts";
import { AF_INET, AF_NETLINK, AF_PACKET, ARPHRD_ETHER, SYSCALLS } from "../../platform/linux-abi.ts";
import { memoryPlatform } from "../../platform/memory/platform.ts";
import type { SyscallArgument } from "../../platform/platform.ts";
import { testNetlink } from "../test-netlink.ts";
import { type DhcpMessage, decodeMessage, encodeMessage } from "./message.ts";
import { encodePacket } from "./packet.ts";
import { dhcpClient, parseSettings } from "./run.ts";

const EAGAIN = -11;
const HEADERS_SIZE = 28; // IPv4 and UDP
const NAMES = new Map(
  Object.entries(SYSCALLS).map(([name, { x86_64 }]) => [x86_64 as number, name as SyscallName]),
);

/** The server's answer to a message, or undefined. */
type Server = (message: DhcpMessage) => DhcpMessage | undefined;

/**
 * Runs the client on a simulated network until `seconds` have passed. Sockets have the number of their
 * family.
 */
async function runClient(server: Server, seconds: number, words: readonly string[] = []) {
  const netlink = testNetlink([{ name: "eth0", mac: "52:54:00:12:34:56", type: ARPHRD_ETHER }]);
  const arrived: Uint8Array[] = [];
  const sent: string[] = [];
  const send = (family: number, datagram: Uint8Array): void => {
    const message = decodeMessage(family === AF_PACKET ? datagram.subarray(HEADERS_SIZE) : datagram);
    assert.ok(message !== undefined);
    sent.push(`${message.type} by ${family === AF_PACKET ? "packet" : "UDP"}`);
    const answer = server(message);
    if (answer !== undefined) arrived.push(wrapped(family, encodeMessage(answer)));
  };
  const kernel: { readonly [N in SyscallName]?: (args: readonly SyscallArgument[]) => number } = {
    socket: ([family]) => Number(family),
    sendto(args) {
      if (args[0] === AF_NETLINK) return netlink.sendto(args);
      send(Number(args[0]), args[1] as Uint8Array);
      return 0;
    },
    recvfrom(args) {
      if (args[0] === AF_NETLINK) return netlink.recvfrom(args);
      const datagram = arrived.shift();
      if (datagram === undefined) return EAGAIN;
      (args[1] as Uint8Array).set(datagram);
      return datagram.length;
    },
    ppoll([, , time]) {
      if (arrived.length > 0) return 1;
      const bytes = time as Uint8Array;
      const [whole, nanoseconds] = new BigInt64Array(bytes.buffer, bytes.byteOffset, 2);
      platform.clock.advance(Number(whole) + Number(nanoseconds) / 1e9);
      if (platform.clock.monotonicSeconds() >= seconds) throw new Error("the time is up");
      return 0;
    },
  };
  const platform = memoryPlatform({
    kernel: {
      syscall: (number, ...args) => kernel[NAMES.get(number) as SyscallName]?.(args) ?? 0,
      fork: undefined,
      waitReadable: undefined,
    },
  });
  for (const folder of ["/etc", "/run"]) platform.files.makeFolder(folder);
  await assert.rejects(() => dhcpClient(platform, ["eth0", ...words]), /the time is up/);
  return { sent, changes: netlink.changes, written: platform.written, files: platform.files };
}

function wrapped(family: number, content: Uint8Array): Uint8Array {
  if (family === AF_INET) return content;
  const packet = encodePacket("10.0.2.2", "10.0.2.15", content);
  packet.set([0, 67, 0, 68], 20); // from the server's port to the client's
  return packet;
}

/** Gives the address 10.0.2.15 for 100 seconds. */
const GENEROUS: Server = (message) => ({
  ...message,
  from: "server",
  type: message.type === "discover" ? "offer" : "ack",
  yourAddress: "10.0.2.15",
  options: {
    server: "10.0.2.2",
    leaseSeconds: 100,
    subnetMask: "255.255.255.0",
    routers: ["10.0.2.2"],
    nameServers: ["10.0.2.3"],
    mtu: 1400,
  },
});

const SET_UP = ["mtu 1400 of eth0", "add 10.0.2.15/24 of 1", "route nothing/0 by 10.0.2.2 of 1"];

test("the client sets the interface up, says so, and renews by UDP", async () => {
  const { sent, changes, written, files } = await runClient(GENEROUS, 60, ["name-server=192.0.2.53"]);
  assert.equal(sent, ["discover by packet", "request by packet", "request by UDP"]);
  assert.equal(changes, ["flags 1 of eth0", ...SET_UP, ...SET_UP]);
  assert.equal(written, { out: "eth0 has 10.0.2.15/24 from 10.0.2.2 for 100 seconds\n", error: "" });
  assert.equal(readText(files, "/etc/resolv.conf"), "nameserver 192.0.2.53\nnameserver 10.0.2.3\n");
  assert.match(readText(files, "/run/network/eth0"), /^address 10\.0\.2\.15\/24\nserver 10\.0\.2\.2\n/);
});

test("the MTU of the command precedes the server's", async () => {
  const { changes } = await runClient(GENEROUS, 10, ["mtu=1280"]);
  assert.equal(changes.slice(0, 3), ["mtu 1280 of eth0", "flags 1 of eth0", "mtu 1280 of eth0"]);
});

test("a server that has gone costs the address; a route that is no longer given is removed", async () => {
  let requests = 0;
  const fading: Server = (message) => {
    if (message.type === "request") requests += 1;
    const answer = GENEROUS(message);
    if (requests > 2 || answer === undefined) return undefined;
    return requests < 2 ? answer : { ...answer, options: { ...answer.options, routers: [] } };
  };
  const { changes, written, files } = await runClient(fading, 160);
  assert.equal(changes.slice(SET_UP.length + 1), [
    ...["mtu 1400 of eth0", "add 10.0.2.15/24 of 1", "unroute nothing/0 by 10.0.2.2 of 1"],
    "remove 10.0.2.15/24 of 1",
  ]);
  assert.match(written.out, /\neth0 has lost 10\.0\.2\.15\/24: the lease has expired\n$/);
  assert.equal(readText(files, "/etc/resolv.conf"), "");
  assert.equal(files.list("/run/network"), []);
});

test("the words of the command are checked", () => {
  assert.equal(parseSettings(["eth0", "mtu=1400", "name-server=192.0.2.1"]), {
    ...{ interfaceName: "eth0", mtu: 1400, nameServers: ["192.0.2.1"] },
  });
  for (const words of [[], ["eth0", "mtu=x"], ["eth0", "metric=1"]])
    assert.throws(() => parseSettings(words), /Cannot run the DHCP client/);
  assert.throws(() => parseSettings(["eth0", "name-server=x"]), /IPv4 address/);
});
