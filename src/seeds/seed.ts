/**
 * The seed: the root filesystem that supplies the first compiler. There are four kinds: Debian's packages
 * (`debian-12`, `debian-13`), Alpine's (`alpine`), the machine's own toolchain (`host`), and a root
 * filesystem tarball (by path or URL; a release of `bq2` by its name, which on a machine that runs that
 * release means the machine itself). None needs root.
 *
 * Two steps are separate: `resolveSeed` finds out what the seed would be, and its digest (slow: apt, or
 * hashing); `openSeed` finds a finished seed by that digest (fast: a few file look-ups).
 *
 * ```
 * <cache>/seeds/<digest>/seed.json   what it is
 *                        rootfs/     its files; none for `host`
 *                        rootfs.manifest.json, rootfs.fingerprints.json   its files when it was made
 * ```
 *
 * `soundSeed` also checks the files against that manifest; builds use it.
 */
import * as v from "valibot";
import { type Arch, isArch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { prettyJson } from "../base/json.ts";
import { OWN_ROOTFS_MARKER, releaseOf, seedOfRelease } from "../base/seed-name.ts";
import { setAside, type Warn } from "../kept/damage.ts";
import { fingerprintOf } from "../kept/fingerprints.ts";
import { readJson } from "../kept/json.ts";
import { type RecordedTree, recordedState, recordedTree, recordTree } from "../kept/recorded-tree.ts";
import { Sha256 } from "../plan/source.ts";
import {
  makeFolders,
  readText,
  removeTree,
  syncFolder,
  takeLock,
  writeFileAtomic,
} from "../platform/files.ts";
import { requirePrograms } from "../platform/foreign-programs.ts";
import type { Files, Platform } from "../platform/platform.ts";
import { findTool, runTool } from "../platform/tool.ts";
import { withCacheHint } from "../sources/cache.ts";
import { makeAlpineTree, resolveAlpine } from "./alpine.ts";
import { DEBIAN_SUITES, makeDebianTree, resolveDebian } from "./debian.ts";
import { resolveHost } from "./host.ts";
import {
  BindSchema,
  type ResolvedSeed,
  type Seed,
  type SeedBase,
  type SeedRequest,
  type WatchedFile,
  WatchedSchema,
} from "./resolved-seed.ts";
import { checkOwnName, makeTarballTree, resolveDownload, resolveTarball } from "./tarball.ts";

const RecordSchema = v.object({
  name: v.string(),
  arch: v.pipe(v.string(), v.check(isArch, "not an architecture that bq2 knows")),
  digest: Sha256,
  /** Present for `host` only. */
  binds: v.optional(v.array(BindSchema)),
  watched: v.optional(v.array(WatchedSchema)),
  /** For people: the packages that the seed was made of. */
  packages: v.optional(
    v.array(
      v.object({
        name: v.string(),
        version: v.string(),
        sha256: v.optional(v.string()),
        sha1: v.optional(v.string()),
      }),
    ),
  ),
});

const RECORD = "seed.json";
const ROOTFS = "rootfs";

/** On a machine that runs a system of ours, its release; else `debian-12` if there is apt; else `host`. */
export function defaultSeedName(platform: Platform): string {
  const own = ownRelease(platform.files);
  if (own !== undefined) return seedOfRelease(own);
  return findTool(platform, "apt-get") === undefined ? "host" : "debian-12";
}

/** The version of the system that this machine runs; `undefined` if it is not one of ours. */
function ownRelease(files: Files): string | undefined {
  return files.status(OWN_ROOTFS_MARKER) === undefined
    ? undefined
    : readText(files, OWN_ROOTFS_MARKER).trim();
}

/** Names that `--seed` accepts, besides releases, paths and URLs. */
export const SEED_NAMES: readonly string[] = [...Object.keys(DEBIAN_SUITES), "alpine", "host"];

/**
 * The seed, made if it does not exist yet.
 *
 * @throws Bq2Error `unknown-seed`, `wrong-arch`, `foreign-programs`, `seed-changed` (its digest is no longer
 * `digest`), `digest-mismatch` (a tarball), and the errors of fetching and apt.
 */
export async function prepareSeed(request: SeedRequest): Promise<Seed> {
  const seed = await openOrMake(request);
  checkOwnName(request.name, seed.isOwn); // the seed may have been made under another name
  return seed;
}

async function openOrMake(request: SeedRequest): Promise<Seed> {
  const { platform, cache, digest } = request;
  const known = digest === undefined ? undefined : soundSeed(platform, cache, digest, request.onDamage);
  if (known !== undefined) return known;
  try {
    const resolved = await resolveSeed(request);
    if (digest !== undefined && resolved.digest !== digest)
      throw changedSeed(request, digest, resolved.digest);
    const there = soundSeed(platform, cache, resolved.digest, request.onDamage);
    return there ?? (await makeSeed(request, resolved));
  } catch (error) {
    throw withCacheHint(error);
  }
}

function changedSeed({ name, cache }: SeedRequest, begun: string, now: string): Bq2Error {
  const [short, shortBegun] = [now.slice(0, 12), begun.slice(0, 12)];
  return new Bq2Error(
    `Cannot resume with seed ${name}: it is now ${short}…, and ${shortBegun}…, which this workspace was started with, is no longer in ${cache}`,
    { code: "seed-changed", hint: "start again with `bq2 sysroot --no-resume`" },
  );
}

/** Finds out what the seed is today, without making it. */
export async function resolveSeed(request: SeedRequest): Promise<ResolvedSeed> {
  const { name, arch, platform } = request;
  const release = releaseOf(name);
  if (name === "host" || (release !== undefined && release === ownRelease(platform.files)))
    return resolveHost(request);
  requirePrograms(platform, arch, `a seed of ${arch}`);
  const suite = Object.hasOwn(DEBIAN_SUITES, name) ? DEBIAN_SUITES[name] : undefined;
  if (suite !== undefined) return resolveDebian(request, suite);
  if (name === "alpine") return resolveAlpine(request);
  if (release !== undefined || /^https?:/.test(name)) return resolveDownload(request);
  if (name.includes("/") || /\.(tar(\.\w+)?|t[gxz]z|tzst)$/.test(name)) return resolveTarball(request);
  throw new Bq2Error(`Cannot use seed "${name}": there is no seed of that name`, {
    code: "unknown-seed",
    hint: `choose ${SEED_NAMES.join(", ")}, bq2-rootfs-<version>, or the path or URL of a root filesystem as .tar, .tar.gz, .tar.xz or .tar.zst`,
  });
}

/**
 * A seed that was made before; `undefined` if there is none or, for `host`, if the machine has changed since.
 */
export function openSeed(platform: Platform, cache: string, digest: string): Seed | undefined {
  const { files } = platform;
  const folder = seedFolder(cache, digest);
  const record = readJson(files, `${folder}/${RECORD}`, RecordSchema);
  if (record?.digest !== digest) return undefined;
  const { name, binds, watched = [] } = record;
  const arch = record.arch as Arch; // checked by the schema
  if (!watched.every((file) => isUnchanged(files, file))) return undefined;
  const base: SeedBase =
    binds === undefined ? { kind: "tree", folder: `${folder}/${ROOTFS}` } : { kind: "host", binds };
  if (base.kind === "tree" && files.status(base.folder) === undefined) return undefined;
  const root = base.kind === "tree" ? base.folder : "";
  const isOwn = files.status(`${root}${OWN_ROOTFS_MARKER}`) !== undefined;
  return { name, arch, digest, base, isOwn };
}

/**
 * {@link openSeed}, with its files checked once per run. A damaged seed is reported and set aside, so that it
 * is made again. A seed older than the manifests is accepted and recorded as it is: it could perhaps not be
 * made again, because its packages may have been replaced since.
 */
export function soundSeed(
  platform: Platform,
  cache: string,
  digest: string,
  warn: Warn = () => {},
): Seed | undefined {
  const { files } = platform;
  const { record: path, tree } = seedPlaces(cache, digest);
  if (files.status(path) !== undefined && !isSeedRecordWhole(platform, cache, digest)) {
    const damage = { path, wanted: `the record of seed ${digest}`, found: "other text" };
    setAside(files, seedFolder(cache, digest), [damage], warn);
    return undefined;
  }
  const seed = openSeed(platform, cache, digest);
  if (seed?.base.kind !== "tree") return seed;
  const state = recordedState(platform, tree, warn);
  if (state === "unrecorded") recordTree(platform, tree);
  return state === "damaged" ? undefined : seed;
}

function isUnchanged(files: Files, { path, fingerprint }: WatchedFile): boolean {
  const status = files.statusFollowed(path);
  return status !== undefined && fingerprintOf(status) === fingerprint;
}

/** Makes the seed's files. A folder under its final name is always complete. */
async function makeSeed(request: SeedRequest, resolved: ResolvedSeed): Promise<Seed> {
  const { platform, cache } = request;
  const { files } = platform;
  const folder = seedFolder(cache, resolved.digest);
  makeFolders(files, `${cache}/seeds`);
  const lock = await takeLock(platform, `${folder}.lock`);
  try {
    const other = soundSeed(platform, cache, resolved.digest, request.onDamage);
    if (other !== undefined) return other; // another process made it while we waited
    const partial = `${folder}.partial`;
    removeTree(files, partial);
    removeTree(files, folder); // a host seed whose watched files were touched, but hold the same bytes
    files.makeFolder(partial);
    try {
      await fill(request, resolved, partial);
      if (resolved.kind !== "host") recordTree(platform, recordedTree(`${partial}/${ROOTFS}`));
      await flush(platform, partial);
      files.rename(partial, folder);
      syncFolder(files, `${cache}/seeds`);
    } catch (error) {
      removeTree(files, partial);
      throw error;
    }
  } finally {
    lock.release();
  }
  const seed = openSeed(platform, cache, resolved.digest);
  if (seed === undefined)
    throw new Bq2Error(`Cannot open seed ${resolved.name}: it changed while it was made`, {
      code: "seed-changed",
      hint: "run the same command again",
    });
  return seed;
}

async function fill(request: SeedRequest, resolved: ResolvedSeed, folder: string): Promise<void> {
  const { platform } = request;
  const { name, arch, digest } = resolved;
  const record: v.InferInput<typeof RecordSchema> = { name, arch, digest };
  switch (resolved.kind) {
    case "debian":
      await makeDebianTree(request, resolved.packages, `${folder}/${ROOTFS}`);
      record.packages = resolved.packages.map(({ name, version, archive }) => ({
        name,
        version,
        sha256: archive.sha256,
      }));
      break;
    case "alpine":
      await makeAlpineTree(request, resolved, `${folder}/${ROOTFS}`);
      record.packages = resolved.apks.map(({ name, version, checksum }) => ({
        name,
        version,
        sha1: checksum,
      }));
      break;
    case "tarball":
      await makeTarballTree(request, resolved, `${folder}/${ROOTFS}`);
      break;
    case "host":
      record.binds = [...resolved.binds];
      record.watched = [...resolved.watched];
      break;
  }
  writeFileAtomic(platform.files, `${folder}/${RECORD}`, prettyJson(record));
}

/** Flushes tens of thousands of files at once: an fsync(2) for each file takes minutes on a hard disk. */
async function flush(platform: Platform, folder: string): Promise<void> {
  await runTool(platform, ["sync", "--file-system", folder]);
}

/** The paths of the seed's record and tree. */
export function seedPlaces(
  cache: string,
  digest: string,
): { readonly record: string; readonly tree: RecordedTree } {
  const folder = seedFolder(cache, digest);
  return { record: `${folder}/${RECORD}`, tree: recordedTree(`${folder}/${ROOTFS}`, folder) };
}

/** Whether the seed's record is readable and names this digest. */
export function isSeedRecordWhole({ files }: Platform, cache: string, digest: string): boolean {
  return readJson(files, seedPlaces(cache, digest).record, RecordSchema)?.digest === digest;
}

function seedFolder(cache: string, digest: string): string {
  return `${cache}/seeds/${digest}`;
}
