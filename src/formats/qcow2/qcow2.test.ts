import { assert, test } from "../../base/testing.ts";
import { contentOf } from "../tree.ts";
import { encodeQcow2Header, QCOW2_HEADER_SIZE, readDiskFormat } from "./qcow2.ts";
import { writeQcow2 } from "./writer.ts";

const header = encodeQcow2Header({
  virtualSize: 12 * 2 ** 40,
  l1Entries: 1,
  l1Offset: 65536,
  refcountTableOffset: 131072,
  refcountTableClusters: 1,
});

test("a QCOW2 header states its version and the size of its disk", () => {
  const wanted = { format: "qcow2", version: 3, virtualSize: 12 * 2 ** 40 };
  assert.equal(readDiskFormat(header.subarray(0, QCOW2_HEADER_SIZE)), wanted);
});

test("anything that does not begin like a QCOW2 is raw, even an empty file", () => {
  assert.equal(readDiskFormat(new Uint8Array(512)), { format: "raw" });
  assert.equal(readDiskFormat(new Uint8Array(0)), { format: "raw" });
});

test("a truncated QCOW2 header is an error", () => {
  assert.throws(() => readDiskFormat(header.subarray(0, 40)), /40 bytes, 72 wanted/);
});

test("a size beyond 2^53 is an error, not a wrong number", () => {
  const damaged = header.slice();
  damaged[24] = 0xff; // the upper byte of the size
  assert.throws(() => readDiskFormat(damaged), /Cannot read QCOW2 header/);
});

test("clusters of an impossible size are an error", () => {
  for (const bits of [0, 8, 22, 31, 255]) {
    const damaged = header.slice();
    damaged[23] = bits;
    assert.throws(() => readDiskFormat(damaged), /clusters of 2\^/);
  }
});

test("an empty disk is refused, because QEMU opens none", async () => {
  const bulk = { deflateRaw: () => Promise.reject(new Error("not called")) };
  const writing = () =>
    writeQcow2(contentOf(new Uint8Array()), { write() {}, copy() {} }, { compress: false, bulk });
  const error = await assert.rejects(writing);
  assert.match(error.message, /multiple of 512 bytes is wanted, the disk has 0/);
});
