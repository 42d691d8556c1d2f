/** Joins contents into one without holding them in memory. */
import type { Content } from "../tree.ts";

export interface Part {
  readonly content: Content;
  /** Bytes that the part takes up: at least its content's size; the rest reads as zeros. */
  readonly size: number;
}

/** The parts, one after another. */
export function joinContents(parts: readonly Part[]): Content {
  let size = 0;
  const placed = parts.map((part) => {
    size += part.size;
    return { content: part.content, start: size - part.size };
  });
  return {
    size,
    ranges: () =>
      mergeTouching(
        placed.flatMap(({ content, start }) =>
          content.ranges().map(({ offset, length }) => ({ offset: start + offset, length })),
        ),
      ),
    read(buffer, start, length, offset) {
      buffer.fill(0, start, start + length);
      for (const { content, start: partStart } of placed) {
        const from = Math.max(offset, partStart);
        const to = Math.min(offset + length, partStart + content.size);
        if (from < to) content.read(buffer, start + from - offset, to - from, from - partStart);
      }
    },
  };
}

function mergeTouching(ranges: readonly { readonly offset: number; readonly length: number }[]) {
  const merged: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else merged.push({ offset, length });
  }
  return merged;
}
