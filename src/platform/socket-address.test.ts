import { assert, test } from "../base/testing.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "./linux-abi.ts";
import { decodeEndpoint, describeEndpoint, encodeEndpoint } from "./socket-address.ts";

/** IPv6 addresses, and how RFC 5952 writes them (its own examples, 4.2 and 4.3). */
const IPV6 = {
  "::": "::",
  "::1": "::1",
  "1::": "1::",
  "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
  "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
  "2001:0DB8::0001": "2001:db8::1",
  "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
  "::ffff:192.0.2.1": "::ffff:c000:201",
  "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8",
};

test("addresses survive the kernel's form, in their usual writing", () => {
  for (const [text, usual] of Object.entries(IPV6)) {
    const { family, bytes } = encodeEndpoint({ address: text, port: 80 });
    assert.equal([family, bytes.length], [AF_INET6, 28]);
    assert.equal(decodeEndpoint(bytes), { address: usual, port: 80 }, text);
  }
  const { family, bytes } = encodeEndpoint({ address: "192.0.2.1", port: 0x1234 });
  assert.equal(family, AF_INET);
  assert.equal(bytes, Uint8Array.of(2, 0, 0x12, 0x34, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  assert.equal(decodeEndpoint(bytes), { address: "192.0.2.1", port: 0x1234 });
  assert.equal(encodeEndpoint({ path: "/a" }), { family: AF_UNIX, bytes: Uint8Array.of(1, 0, 47, 97, 0) });
});

test("what is not an address is refused, and paths that are too long", () => {
  const bad = ["", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1.2.3"];
  for (const address of [...bad, "1:2:3:4:5:6:7::8", "1.2.3.4::", "example.org"])
    assert.throws(() => encodeEndpoint({ address, port: 1 }), /Cannot use the address.*EINVAL/);
  assert.throws(() => encodeEndpoint({ path: `/${"x".repeat(107)}` }), /ENAMETOOLONG/);
});

test("endpoints are shown as in URLs", () => {
  const shown = [{ address: "::1", port: 80 }, { address: "127.0.0.1", port: 80 }, { path: "/a" }].map(
    describeEndpoint,
  );
  assert.equal(shown, ["[::1]:80", "127.0.0.1:80", "/a"]);
});
