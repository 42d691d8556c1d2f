import { fromHex } from "../../base/bytes.ts";
import { assert, test } from "../../base/testing.ts";
import { aclToDisk } from "./acl.ts";

test("only named users and groups keep their id", () => {
  // user::rw-, user:1000:r--, group::r--, mask::r--, other::---
  const long = fromHex(
    [
      "02000000",
      "01000600ffffffff",
      "02000400e8030000",
      "04000400ffffffff",
      "10000400ffffffff",
      "20000000ffffffff",
    ].join(""),
  );
  const short = fromHex(
    ["01000000", "01000600", "02000400e8030000", "04000400", "10000400", "20000000"].join(""),
  );
  assert.equal(aclToDisk(long, "x"), short);
});

test("anything but an access control list is refused", () => {
  for (const value of ["", "0200", "0100000001000600ffffffff", "02000000010006"]) {
    assert.throws(() => aclToDisk(fromHex(value), "etc/x"), /access control list of "etc\/x"/);
  }
});
