import { assert, test } from "../base/testing.ts";
import { contentOf } from "../formats/tree.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import { FileSink, sinkAt } from "./file-sink.ts";

const MIB = 1024 * 1024;

/** What the file holds after `use`, and where and how much was written to it. */
function written(use: (sink: FileSink) => void): { bytes: Uint8Array; writes: [number, number][] } {
  const { files } = memoryPlatform();
  const writes: [number, number][] = [];
  const fd = files.open("/disk", "write");
  const sink = new FileSink(files, fd, (bytes, offset) => writes.push([offset, bytes.length]));
  use(sink);
  sink.flush();
  files.close(fd);
  return { bytes: files.readFile("/disk"), writes };
}

test("writes that follow each other go out together", () => {
  const { bytes, writes } = written((sink) => {
    sink.write(Uint8Array.of(1, 2), 10);
    sink.write(Uint8Array.of(3), 12);
    sink.copy(contentOf(Uint8Array.of(9, 4, 5, 9)), 1, 2, 13);
    sink.write(Uint8Array.of(6), 20);
  });
  assert.equal(writes, [
    [10, 5],
    [20, 1],
  ]);
  assert.equal(Array.from(bytes.subarray(10)), [1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 6]);
});

test("a write that goes back replaces what was there", () => {
  const { bytes } = written((sink) => {
    sink.write(Uint8Array.of(1, 1, 1), 0);
    sink.write(Uint8Array.of(2), 1);
  });
  assert.equal(Array.from(bytes), [1, 2, 1]);
});

test("long contents go out in pieces of 1 MiB", () => {
  const long = new Uint8Array(2 * MIB + 5).map((_, i) => i % 251);
  const { bytes, writes } = written((sink) => {
    sink.write(Uint8Array.of(7), 0);
    sink.copy(contentOf(long), 0, long.length, 1);
  });
  assert.equal(writes, [
    [0, MIB],
    [MIB, MIB],
    [2 * MIB, 6],
  ]);
  assert.ok(bytes.subarray(1).every((byte, i) => byte === long[i]));
});

test("a partition's sink starts elsewhere", () => {
  const { bytes } = written((sink) => {
    const partition = sinkAt(sink, 4);
    partition.write(Uint8Array.of(1), 0);
    partition.copy(contentOf(Uint8Array.of(2, 3)), 1, 1, 2);
  });
  assert.equal(Array.from(bytes), [0, 0, 0, 0, 1, 0, 3]);
});
