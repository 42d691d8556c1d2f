/** {@link Bulk} on QuickJS: the runtime's own C. Nothing runs in parallel. */
import * as native from "bq2:native";
import { concatBytes, toHex } from "../../base/bytes.ts";
import { Bq2Error, describeError } from "../../base/error.ts";
import type { Bulk, ByteSource, Compression } from "../platform.ts";
import { close, open, read } from "./descriptors.ts";

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

  decompress,
};

async function* decompress(source: string | ByteSource, compression: Compression): AsyncIterable<Uint8Array> {
  const name = typeof source === "string" ? source : source.name;
  if (compression === "zstd") {
    throw new Bq2Error(`Cannot unpack ${name}: this program has no zstd`, {
      code: "missing-tool",
      hint: "none of the pinned sources needs it; pack the file as .gz or .xz",
    });
  }
  const chunks = typeof source === "string" ? fileChunks(source) : source.chunks;
  if (compression === "none") yield* chunks;
  else yield* decompressed(chunks, name, compression);
}

function* fileChunks(path: string): Iterable<Uint8Array> {
  const fd = open(path, "read");
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK);
      const length = read(fd, chunk, 0, CHUNK, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    close(fd);
  }
}

function* decompressed(
  chunks: Iterable<Uint8Array>,
  name: string,
  compression: "gzip" | "xz" | "bzip2",
): Iterable<Uint8Array> {
  const decompressor = native.decompressor(compression);
  let rest: Uint8Array = new Uint8Array();
  for (const { chunk, isLast } of markLast(chunks)) {
    // The rest is an incomplete piece that needs the next chunk.
    rest = rest.length === 0 ? chunk : concatBytes([rest, chunk]);
    for (;;) {
      const output = new Uint8Array(CHUNK);
      const [taken, written, isEnd] = step(name, decompressor, rest, output, isLast);
      rest = rest.subarray(taken);
      if (written > 0) yield output.subarray(0, written);
      if (isEnd) return;
      if (taken === 0 && written === 0 && !isLast) break;
    }
  }
}

/** The chunks, and an empty one that marks the end. */
function* markLast(
  chunks: Iterable<Uint8Array>,
): Iterable<{ readonly chunk: Uint8Array; readonly isLast: boolean }> {
  for (const chunk of chunks) yield { chunk, isLast: false };
  yield { chunk: new Uint8Array(), isLast: true };
}

function step(
  name: string,
  decompressor: native.Decompressor,
  input: Uint8Array,
  output: Uint8Array,
  isLast: boolean,
): readonly [number, number, boolean] {
  try {
    return native.decompress(decompressor, input, output, isLast);
  } catch (error) {
    throw new Bq2Error(`Cannot unpack ${name}: ${describeError(error)}`, {
      code: "damaged-archive",
      hint: "the file is truncated or corrupt; delete it and fetch it again",
      cause: error,
    });
  }
}
