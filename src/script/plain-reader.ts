/** Reads lines from a standard input that is not a terminal: no prompt, no editing. */
import { concatBytes } from "../base/bytes.ts";
import { bytesToName } from "../base/text.ts";
import type { Platform } from "../platform/platform.ts";
import type { LineReader } from "./line-reader.ts";

const STANDARD_INPUT = 0;
const CHUNK = 1 << 16;
const NEWLINE = 0x0a;

export function plainReader({ files, kernel }: Pick<Platform, "files" | "kernel">): LineReader {
  let pending: Uint8Array = new Uint8Array(0);
  let hasEnded = false;
  return {
    async readLine() {
      for (;;) {
        const end = pending.indexOf(NEWLINE);
        if (end >= 0 || (hasEnded && pending.length > 0)) {
          const line = pending.subarray(0, end < 0 ? pending.length : end);
          pending = pending.subarray(line.length + 1);
          return { line: bytesToName(line) };
        }
        if (hasEnded) return "left";
        const chunk = new Uint8Array(CHUNK);
        await kernel.waitReadable?.(STANDARD_INPUT);
        const length = files.read(STANDARD_INPUT, chunk, 0, CHUNK, null);
        hasEnded = length === 0;
        pending = concatBytes([pending, chunk.subarray(0, length)]);
      }
    },
  };
}
