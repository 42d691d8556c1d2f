/** Makes ext4 images in sparse files, and lets e2fsprogs judge them, for oracle tests. */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Ext4Options, type PlanOptions, planExt4, writeExt4 } from "../src/formats/ext4/ext4.ts";
import type { Sink } from "../src/formats/sink.ts";
import { type Content, type Entry, NO_ATTRIBUTES, type Tree } from "../src/formats/tree.ts";

export const HASH_SEED = Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i);
export const UUID = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
export const EPOCH = 1_700_000_000;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** A sink over an open file. */
export function fileSink(fd: number): Sink {
  const write = (bytes: Uint8Array, offset: number) => {
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
  };
  const buffer = new Uint8Array(MIB);
  return {
    write,
    copy(content, from, length, offset) {
      for (let done = 0; done < length; done += buffer.length) {
        const part = Math.min(buffer.length, length - done);
        content.read(buffer, 0, part, from + done);
        write(buffer.subarray(0, part), offset + done);
      }
    },
  };
}

/** Runs `body` with an image of `tree`, and removes its folder afterwards. */
export async function withImage(
  tree: Tree,
  size: number,
  body: (image: string, folder: string) => void | Promise<void>,
  options: Partial<Ext4Options & PlanOptions> = {},
): Promise<void> {
  mkdirSync("/tmp/ext4", { recursive: true });
  const folder = mkdtempSync("/tmp/ext4/test-");
  try {
    const image = join(folder, "image");
    const fd = openSync(image, "w");
    ftruncateSync(fd, size);
    const plan = planExt4(tree, { hashSeed: HASH_SEED, epoch: EPOCH, ...options });
    writeExt4(plan, fileSink(fd), { size, uuid: UUID, ...options });
    closeSync(fd);
    await body(image, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The output of `e2fsck -fn` without its five passes and the summary; empty if the image is clean. */
export function complaintsOf(image: string): string {
  const result = spawnSync("e2fsck", ["-fn", image], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const usual = /^(e2fsck 1|Pass \d|Inode: |\S+: \d+\/\d+ files )|^$/;
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => !usual.test(line));
  return [...lines, ...(result.status === 0 ? [] : [`exit ${result.status}`])].join("\n");
}

/** The answer of `debugfs` to one request, without its version line. */
export function debugfs(image: string, request: string): string {
  return execFileSync("debugfs", ["-R", request, image], {
    encoding: "latin1",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

const COMMON = { uid: 0, gid: 0, mtime: EPOCH, attributes: NO_ATTRIBUTES };

export function folder(path: string, more: Partial<Entry> = {}): Entry {
  return { ...COMMON, path, mode: 0o755, ...more, kind: "folder" } as Entry;
}

export function file(path: string, content: Content, more: Partial<Entry> = {}): Entry {
  return { ...COMMON, path, mode: 0o644, ...more, kind: "file", content } as Entry;
}

export function symlink(path: string, target: string, more: Partial<Entry> = {}): Entry {
  return { ...COMMON, path, mode: 0o777, ...more, kind: "symlink", target } as Entry;
}

export function hardlink(path: string, target: string): Entry {
  return { ...COMMON, path, mode: 0o644, kind: "hardlink", target };
}

export function special(
  path: string,
  kind: "char" | "block" | "fifo" | "socket",
  more: Partial<Entry> & { readonly major?: number; readonly minor?: number } = {},
): Entry {
  return { ...COMMON, path, mode: 0o600, ...more, kind } as Entry;
}

const PATTERN_BYTES = 512;

/** Content of any size, not kept in memory, that changes every 512 bytes; between the ranges are holes. */
export function patterned(size: number, ranges = [{ offset: 0, length: size }]): Content {
  return {
    size,
    ranges: () => ranges,
    read(buffer, start, length, offset) {
      for (let done = 0; done < length; ) {
        const chunk = Math.floor((offset + done) / PATTERN_BYTES);
        const part = Math.min(length - done, (chunk + 1) * PATTERN_BYTES - offset - done);
        buffer.fill((chunk * 31 + (chunk >>> 8)) & 0xff, start + done, start + done + part);
        done += part;
      }
    },
  };
}
