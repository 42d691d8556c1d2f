/** A seed from a root filesystem tarball: one that `bq2` made, or any other that contains a compiler. */
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { isOwnRootfs, OWN_ROOTFS_MARKER, releaseOf } from "../base/seed-name.ts";
import type { Archive } from "../plan/source.ts";
import { sha256File } from "../platform/files.ts";
import { archivePaths } from "../sources/cache.ts";
import { compressionOf, unpackArchive } from "../trees/unpack.ts";
import { checkRootfsArch } from "./arch.ts";
import { describeDownload, download } from "./download.ts";
import { addSeedFiles, MOUNT_POINTS } from "./files.ts";
import type { ResolvedSeed, SeedRequest } from "./resolved-seed.ts";

/**
 * The digest is the file's own sha256. @throws Bq2Error `seed-missing`, `digest-mismatch`, `unknown-archive`.
 */
export function resolveTarball({ platform, name, arch, sha256, onProgress }: SeedRequest): ResolvedSeed {
  const file = resolvePath(platform.host.cwd, name);
  compressionOf(file);
  if (platform.files.statusFollowed(file)?.kind !== "file") {
    throw new Bq2Error(`Cannot use seed ${name}: there is no file ${file}`, {
      code: "seed-missing",
      hint: "give the path of a root filesystem tarball",
    });
  }
  onProgress?.(`hashing ${file}`);
  const digest = sha256File(platform, file);
  if (sha256 !== undefined && digest !== sha256) {
    throw new Bq2Error(`Cannot use seed ${file}: its sha256 is ${digest}, wanted ${sha256}`, {
      code: "digest-mismatch",
      hint: "download it again, or check the digest given with --seed-sha256",
    });
  }
  return { kind: "tarball", name, arch, digest, file };
}

/**
 * A tarball on another machine: by its URL, or a release of `bq2` by its name. The digest is the given one,
 * or else that of the file beside it. @throws Bq2Error `no-releases`, `unknown-archive`, `offline`,
 * `fetch-failed`.
 */
export async function resolveDownload(request: SeedRequest): Promise<ResolvedSeed> {
  const { name, arch, cache } = request;
  const url = urlOf(request);
  compressionOf(url);
  const archive = await describeDownload(request, url);
  const { file } = archivePaths(cache, archive);
  return { kind: "tarball", name, arch, digest: archive.sha256, file, download: archive };
}

function urlOf({ platform: { host }, name, arch }: SeedRequest): string {
  const version = releaseOf(name);
  if (version === undefined) return name;
  const releases = (host.env.BQ2_RELEASES ?? "").replace(/\/+$/, "");
  if (releases !== "") return `${releases}/v${version}/bq2-rootfs-${version}-${arch}.tar.gz`;
  throw new Bq2Error(`Cannot find the release ${name}: BQ2_RELEASES is not set`, {
    code: "no-releases",
    hint: "set BQ2_RELEASES to the address that contains v<version>/, or give the tarball's path or URL",
  });
}

/**
 * Refuses a foreign tree under a name of ours: the plan would treat its toolchain as ours.
 *
 * @throws Bq2Error `not-own-rootfs`.
 */
export function checkOwnName(name: string, isOwn: boolean): void {
  if (isOwn || !isOwnRootfs(name)) return;
  throw new Bq2Error(`Cannot use ${name} as a seed: it has no ${OWN_ROOTFS_MARKER}, so bq2 did not make it`, {
    code: "not-own-rootfs",
    hint: "give it another name; bq2 then builds a new toolchain, as from any seed",
  });
}

/**
 * Unpacks the tarball into the new folder `root`. Owners are dropped: in a namespace, root owns all files.
 */
export async function makeTarballTree(
  request: SeedRequest,
  { file, download: archive }: { readonly file: string; readonly download?: Archive },
  root: string,
): Promise<void> {
  const { platform, name, arch, onProgress } = request;
  if (archive !== undefined) await download(request, archive);
  onProgress?.(`unpacking ${file}`);
  await unpackArchive(platform, { archive: file, target: root, outsideLinks: "keep", devices: "skip" });
  checkRootfsArch(platform.files, root, arch, file);
  checkOwnName(name, platform.files.status(`${root}${OWN_ROOTFS_MARKER}`) !== undefined);
  addSeedFiles(platform.files, root, MOUNT_POINTS);
}
