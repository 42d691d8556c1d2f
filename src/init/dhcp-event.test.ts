import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import { SIOCADDRT, SIOCSIFADDR, SIOCSIFFLAGS, SIOCSIFNETMASK, SYSCALLS } from "../platform/linux-abi.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { SyscallArgument } from "../platform/platform.ts";
import { dhcpEvent, leaseOf } from "./dhcp-event.ts";
import { parseAddress } from "./network.ts";

const EEXIST = -17;

const ENV = {
  interface: "eth0",
  ip: "10.0.2.15",
  subnet: "255.255.0.0",
  router: "10.0.2.2 10.0.2.9",
  dns: "10.0.2.3 10.0.2.4",
};

function machine(env: { readonly [name: string]: string }) {
  const requests: { readonly operation: number; readonly bytes: Uint8Array }[] = [];
  const syscall = (number: number, ...args: readonly SyscallArgument[]): number => {
    if (number !== SYSCALLS.ioctl.x86_64) return 0;
    const [, operation, bytes] = args;
    requests.push({ operation: Number(operation), bytes: (bytes as Uint8Array).slice() });
    return operation === SIOCADDRT ? EEXIST : 0; // as for a renewed lease
  };
  const platform = memoryPlatform({
    host: { env },
    kernel: { syscall, fork: undefined, waitReadable: undefined },
  });
  platform.files.makeFolder("/etc");
  const find = (operation: number) => requests.find((request) => request.operation === operation)?.bytes;
  return { platform, requests, find };
}

test("a lease sets address, mask, the first router and the name servers", async () => {
  const { platform, find } = machine(ENV);
  assert.equal(await dhcpEvent(platform, ["bound"]), 0);
  const name = [101, 116, 104, 48, ...new Array<number>(12).fill(0)];
  const nothing = new Array<number>(16).fill(0);
  assert.equal(find(SIOCSIFADDR), Uint8Array.from([...name, 2, 0, 0, 0, 10, 0, 2, 15, ...nothing]));
  assert.equal(find(SIOCSIFNETMASK), Uint8Array.from([...name, 2, 0, 0, 0, 255, 255, 0, 0, ...nothing]));
  const route = find(SIOCADDRT) ?? new Uint8Array();
  assert.equal(route.length, 120);
  assert.equal(route.subarray(24, 32), Uint8Array.from([2, 0, 0, 0, 10, 0, 2, 2]), "the gateway");
  assert.equal(route.subarray(56, 58), Uint8Array.from([3, 0]), "RTF_UP and RTF_GATEWAY");
  assert.equal(readText(platform.files, "/etc/resolv.conf"), "nameserver 10.0.2.3\nnameserver 10.0.2.4\n");
});

test("deconfig removes the interface's address and brings it up", async () => {
  const { platform, find } = machine({ interface: "eth0" });
  await dhcpEvent(platform, ["deconfig"]);
  assert.equal(find(SIOCSIFADDR)?.subarray(16, 24), Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0]));
  assert.equal((find(SIOCSIFFLAGS)?.[16] ?? 0) & 1, 1, "IFF_UP");
  assert.equal(find(SIOCSIFNETMASK), undefined);
});

test("other events change nothing; a call by hand is an error that says what is missing", async () => {
  const { platform, requests } = machine(ENV);
  for (const event of ["leasefail", "nak"]) await dhcpEvent(platform, [event]);
  assert.equal(requests, []);
  assert.throws(() => leaseOf({}), /no interface is named/);
});

test("addresses are four numbers of one byte", () => {
  assert.equal(parseAddress("192.168.0.255"), Uint8Array.of(192, 168, 0, 255));
  for (const bad of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1.2.3.-4"])
    assert.throws(() => parseAddress(bad), /four numbers/);
});
