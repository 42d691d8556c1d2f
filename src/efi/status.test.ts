import { assert, test } from "../base/testing.ts";
import { guid, guidText } from "./guid.ts";
import { checkStatus, EfiError, errorStatus, hexadecimal, statusName } from "./status.ts";

test("statuses have the names of the specification", () => {
  assert.equal(statusName(0n), "EFI_SUCCESS");
  assert.equal(statusName(0x800000000000000en), "EFI_NOT_FOUND");
  assert.equal(statusName(0x8000000000000023n), "EFI_HTTP_ERROR");
  assert.equal(statusName(0x800000000000001dn), "status 0x800000000000001d"); // reserved
  assert.equal(statusName(0x8000000100000002n), "status 0x8000000100000002");
  assert.equal(errorStatus("EFI_BUFFER_TOO_SMALL"), 0x8000000000000005n);
  assert.throws(() => errorStatus("EFI_NOTHING"), /Cannot find the status EFI_NOTHING/);
});

test("an error is thrown, a warning is returned", () => {
  const error = assert.throws(
    () => checkStatus("open /a", 0x800000000000000en),
    /Cannot open \/a: EFI_NOT_FOUND/,
  );
  assert.equal(error instanceof EfiError ? error.code : undefined, "EFI_NOT_FOUND");
  assert.equal(checkStatus("open /a", 2n), 2n);
});

test("hexadecimal covers all 64 bits", () => {
  assert.equal(hexadecimal(2n ** 63n), "8000000000000000");
  assert.equal(hexadecimal(0x1_0000_0001n), "100000001");
  assert.equal(hexadecimal(10n), "a");
});

test("a GUID's first three groups are little-endian", () => {
  const bytes = guid("00112233-4455-6677-8899-AABBCCDDEEFF");
  assert.equal(
    bytes,
    Uint8Array.of(
      0x33,
      0x22,
      0x11,
      0,
      0x55,
      0x44,
      0x77,
      0x66,
      0x88,
      0x99,
      0xaa,
      0xbb,
      0xcc,
      0xdd,
      0xee,
      0xff,
    ),
  );
  assert.equal(guidText(bytes), "00112233-4455-6677-8899-aabbccddeeff");
  assert.throws(() => guid("no"), /no is no GUID/);
});
