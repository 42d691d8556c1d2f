/**
 * Any root filesystem as a {@link Tree}: a folder, or a tar archive, plain or compressed. A compressed one is
 * unpacked once into a temporary plain tar, since its files are read in the image's order.
 */
import { isZero } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { indexTar } from "../formats/tar/index.ts";
import type { Content, Tree } from "../formats/tree.ts";
import { type Compression, type Platform, SystemError } from "../platform/platform.ts";
import { type FolderTreeOptions, folderTree } from "../trees/folder-tree.ts";
import { type OpenFiles, openContent } from "../trees/open-files.ts";
import type { OutputFile } from "../trees/output-file.ts";
import { compressionOfBytes } from "../trees/unpack.ts";

/** `owners` and `times` are for folders; an archive states its own. */
export interface RootfsOptions extends FolderTreeOptions {
  /** The image to be made: the plain tar of a compressed archive is kept beside it meanwhile. */
  readonly output: OutputFile;
  /** Reads folders and plain archives. */
  readonly sources: OpenFiles;
}

/** `ustar` in the first header of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"). */
const TAR_MAGIC = [0x75, 0x73, 0x74, 0x61, 0x72];
const TAR_MAGIC_OFFSET = 257;

const START_SIZE = 512; // a tar's first header; more than enough to recognize a compression

/**
 * Calls `use` with the tree of the root filesystem at `path`; its contents can be read until `use` has ended.
 *
 * Throws {@link Bq2Error} `not-a-rootfs` for a file that is not a tar archive, what {@link indexTar} throws
 * for a damaged or hostile one, {@link SystemError}, and what `use` throws.
 */
export async function withRootfs<T>(
  platform: Platform,
  path: string,
  options: RootfsOptions,
  use: (tree: Tree) => Promise<T>,
): Promise<T> {
  const { files } = platform;
  const { sources } = options;
  const status = files.statusFollowed(path);
  if (status === undefined) throw new SystemError("read root filesystem", path, "ENOENT");
  if (status.kind === "folder") return use(folderTree(files, sources, path, options));

  const archive = sources.contentOf(path, status.size);
  const compression = compressionOfBytes(startOf(archive));
  if (compression === "none") return use(tarTree(archive, path));
  return options.output.withScratch("tar", async (fd, tar) => {
    const size = await decompress(platform, path, compression, fd);
    return use(tarTree(openContent(files, fd, tar, size), path));
  });
}

/** `path`: of the root filesystem, for the message. */
function tarTree(archive: Content, path: string): Tree {
  if (!hasBytes(startOf(archive), TAR_MAGIC, TAR_MAGIC_OFFSET)) throw notARootfs(path);
  return indexTar(archive);
}

function startOf(content: Content): Uint8Array {
  const start = new Uint8Array(Math.min(START_SIZE, content.size));
  content.read(start, 0, start.length, 0);
  return start;
}

function hasBytes(bytes: Uint8Array, wanted: readonly number[], offset: number): boolean {
  return wanted.every((byte, i) => bytes[offset + i] === byte);
}

/** Returns the number of uncompressed bytes. Chunks of zeros become holes. */
async function decompress(
  platform: Platform,
  path: string,
  compression: Compression,
  tarFd: number,
): Promise<number> {
  const { files, bulk } = platform;
  let size = 0;
  for await (const chunk of bulk.decompress(path, compression)) {
    if (!isZero(chunk)) files.write(tarFd, chunk, size);
    size += chunk.length;
  }
  files.truncate(tarFd, size);
  return size;
}

function notARootfs(path: string): Bq2Error {
  return new Bq2Error(`Cannot read root filesystem ${path}: it is neither a folder nor a tar archive`, {
    code: "not-a-rootfs",
    hint: "give a folder, or a .tar, plain or compressed by gzip, xz, bzip2 or zstd",
  });
}
