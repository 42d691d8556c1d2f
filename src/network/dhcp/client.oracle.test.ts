/** Busybox's DHCP server judges our client: the address, what comes with it, renewals, and its end. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { requireTools } from "../../../tests/oracle.ts";
import { projectFolder } from "../../../tools/project-files.ts";
import type { Seen } from "./test-world.ts";

const hasTools = requireTools("busybox", "ip", "unshare", "nsenter", "mount");

test.skipIf(!hasTools)(
  "a real server gives an address, renews it, and the client gives it up in time",
  () => {
    const namespaces = ["--user", "--map-root-user", "--net", "--mount"];
    const program = [process.execPath, "--import", "./tools/register.mjs", "src/network/dhcp/test-world.ts"];
    const output = execFileSync("unshare", [...namespaces, ...program], {
      cwd: projectFolder,
      encoding: "utf8",
    });
    const seen = JSON.parse(output) as Seen;
    expect(seen.addresses).toMatch(/inet 10\.9\.0\.77\/16 brd 10\.9\.255\.255 /);
    expect(seen.routes).toMatch(/^default via 10\.9\.0\.1 dev client /m);
    expect(seen.nameServers).toBe("nameserver 192.0.2.53\nnameserver 10.9.0.53\nnameserver 10.9.0.54\n");
    expect(seen.link).toMatch(/ mtu 1400 /);
    expect(seen.lines).toEqual([
      "client has 10.9.0.77/16 from 10.9.0.1 for 12 seconds",
      "client has lost 10.9.0.77/16: the lease has expired",
    ]);
    expect(seen.afterwards).toBe("");
    expect(seen.server).toMatch(/sending OFFER to 10\.9\.0\.77[\s\S]*sending ACK to 10\.9\.0\.77/);
  },
);
