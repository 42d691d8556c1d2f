/** Finds which parts of files need blocks, and copies their bytes to the disk. */

import type { Sink } from "../sink.ts";
import type { Content } from "../tree.ts";
import type { Extent, LogicalRun } from "./extents.ts";
import { BLOCK_SIZE } from "./geometry.ts";
import { badTree } from "./nodes.ts";

/** Bytes that 32-bit block numbers within a file can reach (EXT4_MAX_LOGICAL_BLOCK + 1). */
const MAX_FILE_BYTES = (2 ** 32 - 1) * BLOCK_SIZE;

type Ranges = ReturnType<Content["ranges"]>;

/**
 * The blocks that hold data, ascending, with adjacent ones joined. Throws `bad-tree` if the ranges break the
 * rules of {@link Content}.
 */
export function logicalRunsOf(size: number, ranges: Ranges, path: string): LogicalRun[] {
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_FILE_BYTES) {
    throw badTree(path, `files of up to ${MAX_FILE_BYTES} bytes are allowed, found ${size}`);
  }
  const runs: { logical: number; count: number }[] = [];
  let previousEnd = 0;
  for (const { offset, length } of ranges) {
    const end = offset + length;
    if (!Number.isSafeInteger(offset) || !(length >= 0) || offset < previousEnd || !(end <= size)) {
      throw badTree(
        path,
        `its data at ${offset}, ${length} bytes long, is out of order or beyond its ${size} bytes`,
      );
    }
    previousEnd = end;
    if (length > 0) addRun(runs, Math.floor(offset / BLOCK_SIZE), Math.ceil(end / BLOCK_SIZE));
  }
  return runs;
}

function addRun(runs: { logical: number; count: number }[], from: number, to: number): void {
  const last = runs.at(-1);
  const lastEnd = last === undefined ? -1 : last.logical + last.count;
  if (last !== undefined && from <= lastEnd) last.count = to - last.logical;
  else runs.push({ logical: from, count: to - from });
}

/** Copies a file's data to its extents. */
export function copyContent(content: Content, ranges: Ranges, extents: readonly Extent[], sink: Sink): void {
  let index = 0;
  for (const range of ranges) {
    const end = range.offset + range.length;
    let at = range.offset;
    while (at < end) {
      const extent = extents[index];
      if (extent === undefined) throw new RangeError(`Cannot copy: no block for byte ${at}`);
      const extentStart = extent.logical * BLOCK_SIZE;
      const extentEnd = extentStart + extent.count * BLOCK_SIZE;
      if (at >= extentEnd) {
        index++;
        continue;
      }
      const length = Math.min(end, extentEnd) - at;
      sink.copy(content, at, length, extent.physical * BLOCK_SIZE + (at - extentStart));
      at += length;
    }
  }
}
