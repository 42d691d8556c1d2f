import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import type { NetworkDescription } from "../system/description.ts";
import { DHCP_ON_EVERY_CARD } from "../system/networks.ts";
import { kernelLog } from "./kernel-log.ts";
import { matchInterfaces, startNetwork } from "./network.ts";
import { Supervisor } from "./supervise.ts";
import { settle, testMachine } from "./test-machine.ts";

const EINVAL = 22; // include/uapi/asm-generic/errno-base.h

/** Starts the network of a machine with one card, as described. */
async function start(network: NetworkDescription, refused = "") {
  const machine = testMachine({ "/dev/kmsg": "", "/etc/hostname": "test\n" });
  const { platform, netlink } = machine;
  netlink.refuses.set(refused, EINVAL);
  const clients: string[] = [];
  platform.programs.set("dhcp-client", async ({ argv, out, killed }) => {
    clients.push(argv.join(" "));
    out("eth0 has 10.0.2.15/");
    out("24\n");
    await killed;
    return 0;
  });
  const log = kernelLog(platform);
  let hasAddress = false;
  startNetwork(platform, log, new Supervisor(platform.clock, log), network).then(() => {
    hasAddress = true;
  });
  await settle();
  return {
    clients,
    changes: netlink.changes,
    hasAddress,
    log: readText(platform.files, "/dev/kmsg"),
    platform,
  };
}

type Addressing = NetworkDescription["interfaces"][number]["addressing"];

const DHCP: Addressing = { kind: "dhcp" };
const STATIC: Addressing = {
  kind: "static",
  addresses: ["192.0.2.7/24", "198.51.100.1/32"],
  gateway: "192.0.2.1",
};

test("without a description every card gets a DHCP client, whose lines are logged", async () => {
  const { clients, changes, log, hasAddress } = await start(DHCP_ON_EVERY_CARD);
  assert.equal([clients, changes], [["dhcp-client eth0"], []]);
  assert.match(log, /<6>bq2: network: eth0 has 10\.0\.2\.15\/24\n/);
  assert.ok(hasAddress);
});

test("static addresses, MTU and default route are set in order, and name servers are written", async () => {
  const { clients, changes, hasAddress, platform } = await start({
    interfaces: [
      { match: "52:54:00:12:34:56", addressing: STATIC, mtu: 1400 },
      { match: "*", addressing: DHCP, mtu: null },
    ],
    nameServers: ["192.0.2.53"],
  });
  assert.equal(clients, []);
  assert.equal(changes, [
    "mtu 1400 of eth0",
    "flags 1 of eth0",
    "add 192.0.2.7/24 of 2",
    "add 198.51.100.1/32 of 2",
    "route nothing/0 by 192.0.2.1 of 2",
  ]);
  assert.equal(readText(platform.files, "/etc/resolv.conf"), "nameserver 192.0.2.53\n");
  assert.ok(hasAddress);
});

test("the DHCP client gets the description's MTU and name servers", async () => {
  const { clients } = await start({
    interfaces: [{ match: "eth0", addressing: DHCP, mtu: 1400 }],
    nameServers: ["192.0.2.53", "192.0.2.54"],
  });
  assert.equal(clients, ["dhcp-client eth0 mtu=1400 name-server=192.0.2.53 name-server=192.0.2.54"]);
});

test("what cannot be set up is logged, and the rest still is", async () => {
  const network = {
    interfaces: [
      { match: "lo", addressing: STATIC, mtu: 65535 },
      { match: "eth7", addressing: DHCP, mtu: null },
      { match: "*", addressing: DHCP, mtu: null },
    ],
    nameServers: [],
  };
  const { clients, log } = await start(network, "mtu 65535 of lo");
  assert.equal(clients, ["dhcp-client eth0"]);
  assert.match(log, /<3>bq2: network lo: Cannot set the MTU to 65535 bytes .*EINVAL/);
  assert.match(log, /<3>bq2: network: there is no interface eth7/);
});

test("a name or a MAC address precedes *, which stands for cards", () => {
  const card = (name: string, mac: string, isCard = true) => {
    return { name, mac, index: 1, isCard, hardware: new Uint8Array(6) };
  };
  const links = [
    card("lo", "00:00:00:00:00:00", false),
    card("eth0", "52:54:00:00:00:01"),
    card("eth1", "52:54:00:00:00:02"),
    card("eth2", "52:54:00:00:00:03"),
  ];
  const of = (match: string, mtu: number) => ({ match, addressing: DHCP, mtu });
  const interfaces = [of("*", 1000), of("eth1", 1001), of("52:54:00:00:00:03", 1002)];
  const { found } = matchInterfaces({ interfaces, nameServers: [] }, links);
  assert.equal(
    found.map(({ link, description }) => [link.name, description.mtu]),
    [
      ["eth0", 1000],
      ["eth1", 1001],
      ["eth2", 1002],
    ],
  );
});
