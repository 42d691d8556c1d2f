import { assert, test } from "../base/testing.ts";
import { readText } from "../platform/files.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { dropLease, keepLease, leasedValues, writeNameServers } from "./leases.ts";

test("name servers come from the description, then from each interface's lease, each once", () => {
  const { files } = memoryPlatform();
  files.makeFolder("/etc");
  const lease = { address: "10.0.2.15/24", server: "10.0.2.2", timeServers: [] };
  keepLease(files, "eth1", { ...lease, nameServers: ["10.0.3.3", "192.0.2.53"] });
  keepLease(files, "eth0", { ...lease, nameServers: ["10.0.2.3"], timeServers: ["10.0.2.4"] });
  writeNameServers(files, ["192.0.2.53"]);
  const resolvers = () => readText(files, "/etc/resolv.conf");
  assert.equal(resolvers(), "nameserver 192.0.2.53\nnameserver 10.0.2.3\nnameserver 10.0.3.3\n");
  assert.equal(leasedValues(files, "time-server"), ["10.0.2.4"]);
  dropLease(files, "eth0");
  dropLease(files, "eth0");
  writeNameServers(files, []);
  assert.equal(resolvers(), "nameserver 10.0.3.3\nnameserver 192.0.2.53\n");
});
