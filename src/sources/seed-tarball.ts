/** A seed from a root filesystem's tarball: one that `bq2` made, or any with a compiler in it. */
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { sha256File } from "../platform/files.ts";
import type { ResolvedSeed, SeedRequest } from "./seed.ts";
import { checkRootfsArch } from "./seed-arch.ts";
import { addSeedFiles, MOUNT_POINTS } from "./seed-files.ts";
import { compressionOf, unpackArchive } from "./unpack.ts";

/** The digest is the file's own sha256. @throws Bq2Error `seed-missing`, `digest-mismatch`, `unknown-archive`. */
export function resolveTarball({ platform, name, arch, sha256, onProgress }: SeedRequest): ResolvedSeed {
  const file = resolvePath(platform.host.cwd, name);
  compressionOf(file);
  if (platform.files.statusFollowed(file)?.kind !== "file") {
    throw new Bq2Error(`Cannot use seed ${name}: there is no file ${file}`, {
      code: "seed-missing",
      hint: "give the path of a root filesystem's tarball",
    });
  }
  onProgress?.(`hashing ${file}`);
  const digest = sha256File(platform, file);
  if (sha256 !== undefined && digest !== sha256) {
    throw new Bq2Error(`Cannot use seed ${file}: its sha256 is ${digest}, wanted ${sha256}`, {
      code: "digest-mismatch",
      hint: "get it again, or check the digest given with --seed-sha256",
    });
  }
  return { kind: "tarball", name, arch, digest, file };
}

/** Unpacks it to the new folder `root`. Owners are left out: in a namespace all files are root's. */
export async function makeTarballTree(request: SeedRequest, file: string, root: string): Promise<void> {
  const { platform, arch, onProgress } = request;
  onProgress?.(`unpacking ${file}`);
  await unpackArchive(platform, { archive: file, target: root, outsideLinks: "keep", devices: "skip" });
  checkRootfsArch(platform.files, root, arch, file);
  addSeedFiles(platform.files, root, MOUNT_POINTS);
}
