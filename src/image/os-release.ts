/** How a root filesystem describes itself (freedesktop.org, os-release(5)). */
import { decodeUtf8 } from "../base/text.ts";
import type { Tree } from "../formats/tree.ts";

const LARGEST = 64 * 1024;

/**
 * Bytes of os-release; undefined if there is none. On most systems `etc/os-release` is a link to the second
 * path.
 */
export function osRelease(rootfs: Tree): Uint8Array | undefined {
  for (const path of ["etc/os-release", "usr/lib/os-release"]) {
    const entry = rootfs.find((candidate) => candidate.path === path);
    if (entry?.kind !== "file" || entry.content.size > LARGEST) continue;
    const text = new Uint8Array(entry.content.size);
    entry.content.read(text, 0, text.length, 0);
    return text;
  }
  return undefined;
}

/** The name for people to read: `PRETTY_NAME`. */
export function systemName(rootfs: Tree): string | undefined {
  const text = decodeUtf8(osRelease(rootfs) ?? new Uint8Array());
  return /^PRETTY_NAME=["']?([^"'\n]+)/m.exec(text)?.[1];
}
