import { assert, test } from "../../base/testing.ts";
import { encodeDevice, encodeTime } from "./inode.ts";

test("times have 34 bits; a time out of range becomes the nearest", () => {
  // Linux, Documentation/filesystems/ext4/inodes.rst, "Inode Timestamps": the table of extra epoch bits
  assert.equal(encodeTime(0), { seconds: 0, extra: 0 });
  assert.equal(encodeTime(-1), { seconds: 0xffffffff, extra: 0 });
  assert.equal(encodeTime(-(2 ** 31)), { seconds: 0x80000000, extra: 0 });
  assert.equal(encodeTime(0x80000000), { seconds: 0x80000000, extra: 1 });
  assert.equal(encodeTime(0x17fffffff), { seconds: 0x7fffffff, extra: 1 });
  assert.equal(encodeTime(0x37fffffff), { seconds: 0x7fffffff, extra: 3 });
  assert.equal(encodeTime(1e15), encodeTime(0x37fffffff));
  assert.equal(encodeTime(-1e15), encodeTime(-(2 ** 31)));
});

test("device numbers take the old form if they fit", () => {
  assert.equal(encodeDevice(5, 1), Uint8Array.of(1, 5, 0, 0, 0, 0, 0, 0));
  assert.equal(encodeDevice(259, 0x12345), Uint8Array.of(0, 0, 0, 0, 0x45, 0x03, 0x31, 0x12));
});
