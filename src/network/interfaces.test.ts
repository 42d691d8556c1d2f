import { fromHex } from "../base/bytes.ts";
import { assert, test } from "../base/testing.ts";
import { ARPHRD_ETHER, SYSCALLS } from "../platform/linux-abi.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { SyscallArgument } from "../platform/platform.ts";
import { classPrefix, isHostAddress, parseAddress, parseSubnet, prefixOf } from "./address.ts";
import {
  bringUp,
  EVERYWHERE,
  type Interface,
  interfaceNamed,
  interfaces,
  removeRoute,
  setAddresses,
  setMtu,
  setRoute,
} from "./interfaces.ts";
import { decodeAttributes, encodeMessage } from "./netlink.ts";
import { testNetlink } from "./test-netlink.ts";

const ARPHRD_LOOPBACK = 772; // include/uapi/linux/if_arp.h
const ESRCH = 3; // include/uapi/asm-generic/errno-base.h

function machine() {
  const netlink = testNetlink([
    { name: "lo", mac: "00:00:00:00:00:00", type: ARPHRD_LOOPBACK },
    { name: "eth0", mac: "52:54:00:12:34:56", type: ARPHRD_ETHER },
  ]);
  const sent: Uint8Array[] = [];
  const syscall = (number: number, ...args: readonly SyscallArgument[]): number => {
    if (number === SYSCALLS.sendto.x86_64) {
      sent.push((args[1] as Uint8Array).slice());
      return netlink.sendto(args);
    }
    return number === SYSCALLS.recvfrom.x86_64 ? netlink.recvfrom(args) : 0;
  };
  return {
    sent,
    netlink,
    platform: memoryPlatform({ kernel: { syscall, fork: undefined, waitReadable: undefined } }),
  };
}

function eth0(platform: Parameters<typeof interfaceNamed>[0]): Interface {
  return interfaceNamed(platform, "eth0");
}

test("interfaces have names, numbers and hardware addresses", () => {
  const { platform } = machine();
  const found = interfaces(platform).map(({ name, index, isCard, mac }) => [name, index, isCard, mac]);
  assert.equal(found, [
    ["lo", 1, false, "00:00:00:00:00:00"],
    ["eth0", 2, true, "52:54:00:12:34:56"],
  ]);
  const error = assert.throws(() => interfaceNamed(platform, "eth1"), /find the network interface eth1/);
  assert.match(error.message, /ENODEV/);
});

test("an interface gets exactly the wanted addresses; those that it has stay", () => {
  const { platform, netlink } = machine();
  const set = (...texts: string[]) => setAddresses(platform, eth0(platform), texts.map(parseSubnet));
  set("10.0.2.15/24", "192.0.2.1/32");
  set("10.0.2.15/24", "10.0.2.16/24");
  set();
  assert.equal(netlink.changes, [
    "add 10.0.2.15/24 of 2",
    "add 192.0.2.1/32 of 2",
    "remove 192.0.2.1/32 of 2",
    "add 10.0.2.15/24 of 2",
    "add 10.0.2.16/24 of 2",
    "remove 10.0.2.15/24 of 2",
    "remove 10.0.2.16/24 of 2",
  ]);
});

test("requests have the kernel's layout: as `ip` sends them", () => {
  const { platform, sent } = machine();
  setAddresses(platform, eth0(platform), [parseSubnet("10.0.2.15/20")]);
  const header = ["30000000", "1400", "0505", "00000000", "00000000"]; // RTM_NEWADDR; REPLACE, CREATE, ACK
  const body = ["02", "14", "00", "00", "02000000"]; // AF_INET, prefix 20, of interface 2
  const attributes = ["080002000a00020f", "080001000a00020f", "080004000a000fff"]; // the last: broadcast
  assert.equal(sent.at(-1), fromHex([...header, ...body, ...attributes].join("")));
});

test("routes, flags and the MTU change; a missing route need not be removed", () => {
  const { platform, netlink } = machine();
  const link = eth0(platform);
  bringUp(platform, "lo");
  setMtu(platform, "eth0", 1400);
  setRoute(platform, link, { destination: EVERYWHERE, gateway: "10.0.2.2" });
  netlink.refuses.set("unroute 10.1.0.0/16 by nothing of 2", ESRCH);
  removeRoute(platform, link, { destination: parseSubnet("10.1.0.0/16"), gateway: null });
  assert.equal(netlink.changes, [
    "flags 1 of lo",
    "mtu 1400 of eth0",
    "route nothing/0 by 10.0.2.2 of 2",
    "unroute 10.1.0.0/16 by nothing of 2",
  ]);
  netlink.refuses.set("mtu 1 of eth0", 22);
  assert.throws(
    () => setMtu(platform, "eth0", 1),
    /set the MTU to 1 bytes of the network interface eth0.*EINVAL/,
  );
});

test("attributes that claim more than there is end the list", () => {
  const attributes = new Map([[1, Uint8Array.of(1, 2, 3)]]);
  const whole = encodeMessage({ type: 1, body: new Uint8Array(0), attributes }).subarray(16);
  assert.equal([...decodeAttributes(whole, 0)], [[1, Uint8Array.of(1, 2, 3)]]);
  assert.equal(decodeAttributes(Uint8Array.of(0, 0, 1, 0, 9, 9, 9, 9), 0).size, 0);
});

test("addresses are four numbers of one byte; a subnet has a prefix", () => {
  assert.equal(parseAddress("192.168.0.255"), Uint8Array.of(192, 168, 0, 255));
  for (const bad of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1.2.3.-4"])
    assert.throws(() => parseAddress(bad), /four numbers/);
  assert.equal(parseSubnet("10.0.0.1/0"), { address: "10.0.0.1", prefix: 0 });
  for (const bad of ["10.0.0.1", "10.0.0.1/33", "10.0.0.1/", "10.0.0.256/8"])
    assert.throws(() => parseSubnet(bad));
});

test("masks and classes become prefixes; some addresses are of no host", () => {
  assert.equal(
    ["255.255.255.0", "255.255.240.0", "0.0.0.0", "255.255.255.255"].map(prefixOf),
    [24, 20, 0, 32],
  );
  assert.equal(
    ["255.0.255.0", "0.0.0.1"].map((mask) => prefixOf(mask) === undefined),
    [true, true],
  );
  assert.equal(["10.1.1.1", "172.16.1.1", "192.168.1.1"].map(classPrefix), [8, 16, 24]);
  assert.equal(["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.2.2"].map(isHostAddress), [
    ...[false, false, false, false, true],
  ]);
});
