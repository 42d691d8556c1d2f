import { INIT_COMMANDS, TOOLS } from "../../src/base/image-commands.ts";
import { assert, test } from "../../src/base/testing.ts";
import { BUSYBOX_OPTIONS, replacedBy } from "../busybox/config.ts";
import { COMMAND_LINKS, linksOf } from "./links.ts";

test("the links lead to the program, in the order of their paths", () => {
  assert.equal(COMMAND_LINKS, [
    { path: "/usr/bin/curl", target: "bq2" },
    { path: "/usr/bin/patch", target: "bq2" },
    { path: "/usr/bin/pkg-config", target: "bq2" },
    { path: "/usr/bin/sha256sum", target: "bq2" },
    { path: "/usr/bin/tar", target: "bq2" },
    { path: "/usr/libexec/sftp-server", target: "../bin/bq2" },
    { path: "/usr/sbin/dhcp-client", target: "../bin/bq2" },
    { path: "/usr/sbin/halt", target: "../bin/bq2" },
    { path: "/usr/sbin/init", target: "../bin/bq2" },
    { path: "/usr/sbin/poweroff", target: "../bin/bq2" },
    { path: "/usr/sbin/reboot", target: "../bin/bq2" },
  ]);
});

test("one entry puts a tool on the PATH and takes busybox's away", () => {
  const tools = { ...TOOLS, cpio: { folder: "/usr/bin", busybox: "CPIO" } };
  assert.equal(linksOf(tools).slice(0, 1), [{ path: "/usr/bin/cpio", target: "bq2" }]);
  assert.equal(replacedBy(tools), ["TAR", "PATCH", "SHA256SUM", "WGET", "CPIO"]);
});

test("busybox leaves out what the table replaces: each option once, in a fixed order", () => {
  const off = BUSYBOX_OPTIONS.filter(({ value }) => value === "n").map(({ option }) => option);
  assert.equal(new Set(off).size, off.length);
  const at = off.indexOf("TAR");
  assert.equal(off.slice(at, at + 13), [
    ...replacedBy(TOOLS),
    "HUSH",
    ...replacedBy(INIT_COMMANDS),
    ...["ACPID", "CTTYHACK", "GETTY"],
  ]);
});
