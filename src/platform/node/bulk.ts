/** {@link Bulk} on Node: OpenSSL's sha256, zlib on libuv's threads, decompressors in child processes. */
import { createHash } from "node:crypto";
import { constants, crc32, deflateRaw, inflateRaw } from "node:zlib";
import { Bq2Error, errorCode } from "../../base/error.ts";
import type { Bulk } from "../platform.ts";
import { decompress } from "./decompress.ts";

export const nodeBulk: Bulk = {
  sha256() {
    const hash = createHash("sha256");
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => hash.digest("hex"),
    };
  },

  crc32: (bytes, previous) => crc32(bytes, previous),

  deflateRaw(bytes, { level, last, dictionary, windowBits = 15 }) {
    const options = {
      level,
      windowBits,
      finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      chunkSize: Math.max(1024, bytes.length + (bytes.length >>> 10)), // one chunk: one trip to the thread
      ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
    };
    return new Promise((resolve, reject) => {
      deflateRaw(bytes, options, (error, result) => (error === null ? resolve(result) : reject(error)));
    });
  },

  inflateRaw(bytes, maxSize) {
    const limit = Math.max(maxSize, 1); // Node refuses 0
    const options = { maxOutputLength: limit, chunkSize: Math.min(Math.max(limit, 64), 1 << 20) };
    return new Promise((resolve, reject) => {
      inflateRaw(bytes, options, (error, result) => {
        if (error === null && result.length <= maxSize) return resolve(result);
        const tooLarge = error === null || errorCode(error) === "ERR_BUFFER_TOO_LARGE";
        const found = tooLarge ? `it holds more than the ${maxSize} bytes that were expected` : error.message;
        reject(
          new Bq2Error(`Cannot inflate ${bytes.length} bytes: ${found}`, {
            code: "damaged-archive",
            cause: error,
          }),
        );
      });
    });
  },

  decompress,
};
