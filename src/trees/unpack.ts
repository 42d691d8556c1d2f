/**
 * Unpacks source archives and Debian packages. An archive is unpacked into a temporary folder beside its
 * target, which is renamed when it is complete. (A crash of the machine may lose files, which are not flushed
 * one by one; the caller flushes its own record of the step.)
 */
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { listAr } from "../formats/ar.ts";
import { TarReader } from "../formats/tar/reader.ts";
import { makeFolders, removeTree, syncFolder } from "../platform/files.ts";
import type { Compression, Platform } from "../platform/platform.ts";
import { openContent } from "./open-files.ts";
import { FolderUnpacker, type UnpackOptions } from "./unpack-folder.ts";

export type { UnpackLimits, UnpackOptions } from "./unpack-folder.ts";

type Needed = Pick<Platform, "files" | "bulk">;

const SUFFIXES: readonly (readonly [suffix: RegExp, compression: Compression])[] = [
  [/\.tar$/, "none"],
  [/\.(tar\.gz|tgz)$/, "gzip"],
  [/\.(tar\.xz|txz)$/, "xz"],
  [/\.(tar\.bz2|tbz2?)$/, "bzip2"],
  [/\.(tar\.zst|tzst)$/, "zstd"],
];

/** How a tar archive of this name is compressed. Throws `unknown-archive` for any other name. */
export function compressionOf(name: string): Compression {
  const found = SUFFIXES.find(([suffix]) => suffix.test(name));
  if (found !== undefined) return found[1];
  throw new Bq2Error(`Cannot tell how ${name} is compressed from its name`, {
    code: "unknown-archive",
    hint: "wanted a name that ends in .tar, .tar.gz, .tar.xz, .tar.bz2 or .tar.zst",
  });
}

/** First bytes of compressed files: RFC 1952, bzip2's and the xz format's documentation, RFC 8878. */
const MAGIC: readonly (readonly [bytes: readonly number[], compression: Compression])[] = [
  [[0x1f, 0x8b], "gzip"],
  [[0x42, 0x5a, 0x68], "bzip2"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz"],
  [[0x28, 0xb5, 0x2f, 0xfd], "zstd"],
];

/**
 * How a file that starts with `head` (six bytes, or all of it) is compressed; `none` if it is not recognized.
 */
export function compressionOfBytes(head: Uint8Array): Compression {
  return MAGIC.find(([bytes]) => bytes.every((byte, i) => head[i] === byte))?.[1] ?? "none";
}

/**
 * Unpacks the tar archive at `archive` into a new folder `target` (both absolute), which must not exist.
 * `compression`: by default from the name. `inner`: path of another archive within it, which holds the
 * sources (as in Debian's GCC); the options are for that one.
 *
 * Throws `damaged-archive`, `hostile-archive`, `archive-too-large`, `missing-tool`, `target-exists`, or a
 * SystemError; then nothing is left behind. A run that was killed leaves `<target>.partial`, which the next
 * one removes.
 */
export async function unpackArchive(
  platform: Needed,
  request: UnpackOptions & {
    readonly archive: string;
    readonly target: string;
    readonly compression?: Compression;
    readonly inner?: string;
  },
): Promise<void> {
  const { files } = platform;
  const { archive, target } = request;
  const compression = request.compression ?? compressionOf(archive);
  if (files.status(target) !== undefined) {
    throw new Bq2Error(`Cannot unpack ${archive} to ${target}: something has that name already`, {
      code: "target-exists",
      hint: "remove it, or name another folder",
    });
  }
  const partial = `${target}.partial`;
  removeTree(files, partial);
  makeFolders(files, dirname(target));
  files.makeFolder(partial, 0o700);
  const outer = `${target}.outer`; // decompressors read files: an inner archive becomes one meanwhile
  try {
    const { inner } = request;
    if (inner === undefined) await unpackInto(platform, archive, compression, partial, true, request);
    else {
      const found = await unpackInner(platform, archive, compression, inner, outer);
      await unpackInto(platform, found, compressionOf(inner), partial, true, request);
    }
    files.rename(partial, target);
  } catch (error) {
    removeTree(files, partial);
    throw error;
  } finally {
    removeTree(files, outer);
  }
  syncFolder(files, dirname(target));
}

/** Unpacks the file `inner` of an archive into the new folder `folder`; returns its path there. */
async function unpackInner(
  platform: Needed,
  archive: string,
  compression: Compression,
  inner: string,
  folder: string,
): Promise<string> {
  const { files } = platform;
  removeTree(files, folder);
  files.makeFolder(folder, 0o700);
  await unpackInto(platform, archive, compression, folder, true, {
    rename: (path) => (path === inner ? "inner" : undefined),
  });
  if (files.status(`${folder}/inner`)?.kind === "file") return `${folder}/inner`;
  throw new Bq2Error(`Cannot unpack ${archive}: it contains no file ${inner}`, {
    code: "damaged-archive",
    hint: "the recipe's `inner` names the archive that holds the sources",
  });
}

/**
 * Unpacks a Debian package (deb(5)) into `target`, an existing folder that may hold other packages: files and
 * links are replaced, folders shared. A failure leaves what was unpacked: the folder is the caller's.
 * Symlinks that lead out are kept (a root filesystem has many) and never followed; special files are left
 * out. Maintainer scripts are not run.
 */
export async function unpackDeb(
  platform: Needed,
  request: UnpackOptions & { readonly deb: string; readonly target: string; readonly temporary: string },
): Promise<void> {
  const { files } = platform;
  const { deb, target, temporary } = request;
  const fd = files.open(deb, "read");
  const size = files.status(deb)?.size ?? 0;
  try {
    const archive = openContent(files, fd, deb, size);
    const data = listAr(archive).find((member) => member.name.startsWith("data.tar"));
    if (data === undefined) {
      throw new Bq2Error(`Cannot unpack ${deb}: it contains no data.tar`, {
        code: "damaged-archive",
        hint: "it is not a Debian package, or it is damaged; get it again",
      });
    }
    // Decompressors read files: the inner archive becomes one meanwhile.
    removeTree(files, temporary);
    const innerFd = files.open(temporary, "create", 0o600);
    try {
      files.copyRange(fd, data.offset, innerFd, 0, data.size);
    } finally {
      files.close(innerFd);
    }
    const options: UnpackOptions = { outsideLinks: "keep", devices: "skip", ...request };
    await unpackInto(platform, temporary, compressionOf(data.name), target, false, options);
  } finally {
    files.close(fd);
    removeTree(files, temporary);
  }
}

/** Unpacks a tar archive into `target`, an existing folder, as {@link unpackDeb} does with packages. */
export function unpackOver(
  platform: Needed,
  request: UnpackOptions & { readonly archive: string; readonly target: string },
): Promise<void> {
  const { archive, target } = request;
  return unpackInto(platform, archive, compressionOf(archive), target, false, request);
}

async function unpackInto(
  platform: Needed,
  archive: string,
  compression: Compression,
  folder: string,
  folderIsNew: boolean,
  options: UnpackOptions,
): Promise<void> {
  const unpacker = new FolderUnpacker(platform.files, folder, folderIsNew, options);
  const reader = new TarReader(unpacker);
  try {
    for await (const chunk of platform.bulk.decompress(archive, compression)) reader.push(chunk);
    reader.end();
    unpacker.finish();
  } catch (error) {
    unpacker.abort();
    throw inArchive(archive, error);
  }
}

/** Names the archive in errors about its contents; others (a full disk) name their own file. */
function inArchive(archive: string, error: unknown): unknown {
  if (!(error instanceof Bq2Error) || error.message.includes(archive)) return error;
  const isAboutArchive = ["damaged-archive", "hostile-archive", "archive-too-large"].includes(error.code);
  if (!isAboutArchive) return error;
  return new Bq2Error(`${archive}: ${error.message}`, { code: error.code, hint: error.hint, cause: error });
}
