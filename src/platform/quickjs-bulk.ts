/** {@link Bulk} on QuickJS: the runtime's own C. Nothing runs beside the caller. */
import * as native from "bq2:native";
import { toHex } from "../base/bytes.ts";
import { Bq2Error, describeError } from "../base/error.ts";
import type { Bulk, Compression } from "./platform.ts";
import { close, open, read } from "./quickjs-descriptors.ts";

const CHUNK = 1 << 20;

export const quickjsBulk: Bulk = {
  sha256() {
    const state = native.sha256Start();
    return {
      update: (bytes) => native.sha256Add(state, bytes),
      digest: () => toHex(new Uint8Array(native.sha256End(state))),
    };
  },

  crc32: native.crc32,

  async deflateRaw(bytes, { level, last, dictionary, windowBits = 15 }) {
    return new Uint8Array(native.deflateRaw(bytes, level, windowBits, last, dictionary ?? null));
  },

  async inflateRaw(bytes, maxSize) {
    try {
      return new Uint8Array(native.inflateRaw(bytes, maxSize));
    } catch (error) {
      throw new Bq2Error(`Cannot inflate ${bytes.length} bytes: ${describeError(error)}`, {
        code: "damaged-archive",
        cause: error,
      });
    }
  },

  decompress: decompressFile,
};

async function* decompressFile(path: string, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === "zstd") {
    throw new Bq2Error(`Cannot unpack ${path}: there is no zstd here`, {
      code: "missing-tool",
      hint: "none of the pinned sources needs it; pack the file as .gz or .xz",
    });
  }
  const fd = open(path, "read");
  try {
    if (compression === "none") yield* plainChunks(fd);
    else yield* decompressed(fd, path, compression);
  } finally {
    close(fd);
  }
}

function* plainChunks(fd: number): Iterable<Uint8Array> {
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const length = read(fd, chunk, 0, CHUNK, null);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

function* decompressed(fd: number, path: string, compression: "gzip" | "xz" | "bzip2"): Iterable<Uint8Array> {
  const decompressor = native.decompressor(compression);
  const input = new Uint8Array(CHUNK);
  let [start, end, isLast] = [0, 0, false];
  for (;;) {
    if (start === end && !isLast) {
      [start, end] = [0, read(fd, input, 0, CHUNK, null)];
      isLast = end === 0;
    }
    const output = new Uint8Array(CHUNK);
    const [taken, written, isEnd] = step(path, decompressor, input.subarray(start, end), output, isLast);
    start += taken;
    if (written > 0) yield output.subarray(0, written);
    if (isEnd) return;
    // What is left over is a piece that wants more behind it.
    if (taken === 0 && written === 0 && start < end && !isLast) {
      input.copyWithin(0, start, end);
      const more = read(fd, input, end - start, CHUNK - (end - start), null);
      [start, end] = [0, end - start + more];
      isLast = more === 0;
    }
  }
}

function step(
  path: string,
  decompressor: native.Decompressor,
  input: Uint8Array,
  output: Uint8Array,
  isLast: boolean,
): readonly [number, number, boolean] {
  try {
    return native.decompress(decompressor, input, output, isLast);
  } catch (error) {
    throw new Bq2Error(`Cannot unpack ${path}: ${describeError(error)}`, {
      code: "damaged-archive",
      hint: "the file is truncated or corrupt; delete it and fetch it again",
      cause: error,
    });
  }
}
