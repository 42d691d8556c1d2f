import { assert, test } from "../base/testing.ts";
import { contentOf } from "../formats/tree.ts";
import { memoryPlatform } from "../platform/memory/platform.ts";
import type { Files } from "../platform/platform.ts";
import { FileSink, sinkAt } from "./file-sink.ts";

const MIB = 1024 * 1024;

interface Written {
  /** The bytes of the file at the end. */
  readonly bytes: Uint8Array;
  /** Offset and length of each piece that the observer received. */
  readonly writes: [number, number][];
  /** Offset and length of each write to the file. */
  readonly calls: [number, number][];
}

function written(use: (sink: FileSink) => void): Written {
  const { files } = memoryPlatform();
  const writes: [number, number][] = [];
  const calls: [number, number][] = [];
  const write: Files["write"] = (fd, bytes, position) => {
    calls.push([position ?? -1, bytes.length]);
    files.write(fd, bytes, position);
  };
  const fd = files.open("/disk", "write");
  const sink = new FileSink({ ...files, write }, fd, (bytes, offset) => writes.push([offset, bytes.length]));
  use(sink);
  sink.flush();
  files.close(fd);
  return { bytes: files.readFile("/disk"), writes, calls };
}

test("consecutive writes go to the file together", () => {
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

test("files with a partial last block are written in one call; the observer gets them one by one", () => {
  const { bytes, writes, calls } = written((sink) => {
    sink.write(Uint8Array.of(1, 2), 0);
    sink.write(Uint8Array.of(3), 4096);
    sink.write(Uint8Array.of(4), 4096 + 1 + 4096); // a hole of a whole block stays one
  });
  assert.equal(writes, [
    [0, 2],
    [4096, 1],
    [8193, 1],
  ]);
  assert.equal(calls, [
    [0, 4097],
    [8193, 1],
  ]);
  assert.equal([bytes[0], bytes[1], bytes[4095], bytes[4096], bytes[8193]], [1, 2, 0, 3, 4]);
});

test("bytes that are already in a gap are kept", () => {
  const { bytes } = written((sink) => {
    sink.write(Uint8Array.of(1, 1, 1, 1), 0);
    sink.write(Uint8Array.of(2), 0);
    sink.write(Uint8Array.of(2), 3);
  });
  assert.equal(Array.from(bytes), [2, 1, 1, 2]);
});

test("a write at an earlier offset replaces what was there", () => {
  const { bytes } = written((sink) => {
    sink.write(Uint8Array.of(1, 1, 1), 0);
    sink.write(Uint8Array.of(2), 1);
  });
  assert.equal(Array.from(bytes), [1, 2, 1]);
});

test("long contents are written in pieces of 1 MiB", () => {
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

test("a partition's sink starts at its offset", () => {
  const { bytes } = written((sink) => {
    const partition = sinkAt(sink, 4);
    partition.write(Uint8Array.of(1), 0);
    partition.copy(contentOf(Uint8Array.of(2, 3)), 1, 1, 2);
  });
  assert.equal(Array.from(bytes), [0, 0, 0, 0, 1, 0, 3]);
});
