import { assert, test } from "../../base/testing.ts";
import { testMachine } from "../test-machine.ts";
import { isMet, isPortOpen } from "./conditions.ts";

const EADDRNOTAVAIL = -99;

test("the network is there when an interface other than the loopback has an address", () => {
  const { platform, answers } = testMachine({
    "/sys/class/net/lo/type": "772\n",
    "/sys/class/net/eth0/type": "1\n",
    "/dev/kmsg": "",
  });
  answers.ioctl = () => EADDRNOTAVAIL;
  assert.ok(!isMet(platform, "network"));
  answers.ioctl = () => 0;
  assert.ok(isMet(platform, "network"));
  assert.ok(!isMet(testMachine({ "/sys/class/net/lo/type": "772\n" }).platform, "network"));
});

test("the clock is set when it shows much more than the time of the system's files", () => {
  const { platform } = testMachine({ "/etc/os-release": "" });
  platform.files.setTime("/etc/os-release", 1000);
  platform.clock.advance(5000);
  assert.ok(!isMet(platform, "time"));
  platform.clock.advance(100_000);
  assert.ok(isMet(platform, "time"));
});

test("a port is open when a program listens on it", () => {
  const header = "  sl  local_address rem_address   st\n";
  const rows = "   0: 00000000:1F90 00000000:0000 0A 0\n   1: 0100007F:0050 0100007F:9999 01 0\n";
  const { platform } = testMachine({ "/proc/net/tcp": header + rows });
  assert.equal(
    [8080, 80, 8081].map((port) => isPortOpen(platform, port)),
    [true, false, false],
  );
  assert.ok(!isPortOpen(testMachine({}).platform, 80));
});
