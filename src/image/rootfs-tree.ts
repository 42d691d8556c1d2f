/**
 * Any root filesystem as a {@link Tree}: a folder, or a tar archive, plain or compressed. A compressed one is
 * unpacked once into a temporary plain tar, since its files are read in the image's order, some of them twice.
 */
import { isZero } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { indexTar } from "../formats/tar/index.ts";
import type { Tree } from "../formats/tree.ts";
import { removeTree } from "../platform/files.ts";
import { type Compression, type Platform, SystemError } from "../platform/platform.ts";
import { type FolderTreeOptions, folderTree } from "../trees/folder-tree.ts";
import { OpenFiles } from "../trees/open-files.ts";

export interface RootfsOptions extends FolderTreeOptions {
  /** Absolute path for the plain tar of a compressed archive; replaced, and removed by `release`. */
  readonly temporaryTar: string;
}

export interface Rootfs {
  readonly tree: Tree;
  /** Closes what the contents of the tree are read from; they cannot be read afterwards. */
  release(): void;
}

/** First bytes of each compressed form. */
const COMPRESSIONS: readonly { readonly magic: readonly number[]; readonly compression: Compression }[] = [
  { magic: [0x1f, 0x8b], compression: "gzip" }, // RFC 1952, 2.3.1
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], compression: "xz" }, // The .xz File Format, 2.1.1.1
  { magic: [0x42, 0x5a, 0x68], compression: "bzip2" }, // "BZh"
  { magic: [0x28, 0xb5, 0x2f, 0xfd], compression: "zstd" }, // RFC 8878, 3.1.1
];

/** `ustar` in the first header of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"). */
const TAR_MAGIC = [0x75, 0x73, 0x74, 0x61, 0x72];
const TAR_MAGIC_OFFSET = 257;

/**
 * The tree of the root filesystem at `path`. `owners` and `times` are for folders; an archive says its own.
 *
 * Throws {@link Bq2Error} `not-a-rootfs` for a file that is no tar archive, what {@link indexTar} throws for a
 * damaged or hostile one, and {@link SystemError}.
 */
export async function rootfsTree(platform: Platform, path: string, options: RootfsOptions): Promise<Rootfs> {
  const { files } = platform;
  const sources = new OpenFiles(files);
  let temporary: string | undefined;
  const release = () => {
    sources.closeAll();
    if (temporary !== undefined) removeTree(files, temporary);
  };
  try {
    const status = files.statusFollowed(path);
    if (status === undefined) throw new SystemError("read root filesystem", path, "ENOENT");
    if (status.kind === "folder") return { tree: folderTree(files, sources, path, options), release };

    const compression = compressionOf(platform, path);
    if (compression !== "none") {
      temporary = options.temporaryTar;
      await decompress(platform, path, compression, temporary);
    }
    const tar = temporary ?? path;
    const start = readStart(platform, tar);
    if (!hasBytes(start, TAR_MAGIC, TAR_MAGIC_OFFSET)) throw notARootfs(path);
    const size = files.statusFollowed(tar)?.size ?? 0;
    return { tree: indexTar(sources.contentOf(tar, size)), release };
  } catch (error) {
    release();
    throw error;
  }
}

function compressionOf(platform: Platform, path: string): Compression {
  const start = readStart(platform, path);
  return COMPRESSIONS.find(({ magic }) => hasBytes(start, magic, 0))?.compression ?? "none";
}

function readStart({ files }: Platform, path: string): Uint8Array {
  const start = new Uint8Array(512);
  const fd = files.open(path, "read");
  try {
    return start.subarray(0, files.read(fd, start, 0, start.length, 0));
  } finally {
    files.close(fd);
  }
}

function hasBytes(bytes: Uint8Array, wanted: readonly number[], offset: number): boolean {
  return wanted.every((byte, i) => bytes[offset + i] === byte);
}

/** Chunks of zeros become holes. */
async function decompress(
  platform: Platform,
  path: string,
  compression: Compression,
  tar: string,
): Promise<void> {
  const { files, bulk } = platform;
  const fd = files.open(tar, "write");
  try {
    let size = 0;
    for await (const chunk of bulk.decompress(path, compression)) {
      if (!isZero(chunk)) files.write(fd, chunk, size);
      size += chunk.length;
    }
    files.truncate(fd, size);
  } finally {
    files.close(fd);
  }
}

function notARootfs(path: string): Bq2Error {
  return new Bq2Error(`Cannot read root filesystem ${path}: it is neither a folder nor a tar archive`, {
    code: "not-a-rootfs",
    hint: "give a folder, or a .tar, plain or compressed by gzip, xz, bzip2 or zstd",
  });
}
