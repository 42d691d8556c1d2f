/**
 * A seed of Debian's packages, which the host's apt resolves and `bq2` fetches like any archive and
 * unpacks. Its digest covers the contents (name, version and sha256 of every package, and the few files
 * added), not where they came from or when.
 */
import { ARCHES } from "../base/arch.ts";
import { canonicalJson } from "../base/json.ts";
import { encodeUtf8 } from "../base/text.ts";
import { makeFolders } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { fetchArchives } from "../sources/fetch.ts";
import { unpackDeb } from "../trees/unpack.ts";
import { type ResolvedPackage, resolvePackages } from "./apt.ts";
import { addSeedFiles, DEBIAN_FILES, fixFolderTimes, MERGED_FOLDERS } from "./files.ts";
import type { ResolvedSeed, SeedRequest } from "./resolved-seed.ts";

/** The releases that can be a seed, and their suites. */
export const DEBIAN_SUITES: { readonly [seed: string]: string } = {
  "debian-12": "bookworm",
  "debian-13": "trixie",
};

/** Raise this when the same packages are unpacked into different files. */
const FORMAT = "bq2-seed-debian/1";

export async function resolveDebian(request: SeedRequest, suite: string): Promise<ResolvedSeed> {
  const { platform, cache, name, arch, offline = false, onProgress } = request;
  onProgress?.(`resolving packages of ${suite}`);
  const architecture = ARCHES[arch].debian;
  const state = `${cache}/apt/${suite}-${architecture}`;
  const packages = await resolvePackages({
    platform,
    state,
    suite,
    architecture,
    packages: request.packages.map(({ name }) => name),
    offline,
  });
  return { kind: "debian", name, arch, digest: digestOf(platform, architecture, packages), packages };
}

function digestOf(platform: Platform, architecture: string, packages: readonly ResolvedPackage[]): string {
  const held = packages.map(({ name, version, archive }) => [name, version, archive.sha256]);
  const added = DEBIAN_FILES.map(({ path, made }) => ({ path, made }));
  const hasher = platform.bulk.sha256();
  hasher.update(encodeUtf8(canonicalJson({ format: FORMAT, architecture, packages: held, added })));
  return hasher.digest();
}

/** Fetches what the cache lacks, and unpacks all packages into the new folder `root`. */
export async function makeDebianTree(
  request: SeedRequest,
  packages: readonly ResolvedPackage[],
  root: string,
): Promise<void> {
  const { platform, onProgress } = request;
  const { files } = platform;
  const fetched = await fetchArchives(
    packages.map((resolved) => resolved.archive),
    request,
  );
  onProgress?.(`unpacking ${packages.length} packages`);
  // The merged layout is made first: packages that still ship /bin/x put it into /usr/bin through the link.
  for (const name of MERGED_FOLDERS) {
    makeFolders(files, `${root}/usr/${name}`);
    files.setMode(`${root}/usr/${name}`, 0o755); // whatever the umask
    files.symlink(`usr/${name}`, `${root}/${name}`);
  }
  for (const { path } of fetched) {
    await unpackDeb(platform, { deb: path, target: root, temporary: `${root}.data` });
  }
  addSeedFiles(files, root, DEBIAN_FILES);
  fixFolderTimes(files, root);
}
