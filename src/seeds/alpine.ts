/**
 * A seed of Alpine's minirootfs and packages, which `bq2` fetches from upstream, resolves and unpacks. Its
 * digest covers the minirootfs, every package's name, version and checksum, and the few files added.
 *
 * Two files are trusted as the server sends them by HTTPS: the sha256 beside the minirootfs (not used with
 * `--seed-sha256`) and the repository's index, whose signature is not checked. Packages are checked against
 * the index (`apk.ts`). No package's script runs.
 */
import type { Arch } from "../base/arch.ts";
import { ARCHES } from "../base/arch.ts";
import { BINUTILS } from "../base/binutils.ts";
import { toHex } from "../base/bytes.ts";
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import type { Archive } from "../plan/source.ts";
import { makeFolders, removeTree, writeFileAtomic } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { unpackArchive, unpackOver } from "../trees/unpack.ts";
import { apkData, fileOfTar } from "./apk.ts";
import { type ApkRecord, parseApkIndex, resolveApks } from "./apk-index.ts";
import { checkRootfsArch } from "./arch.ts";
import { describeDownload, download, downloadBytes, downloadTrusted } from "./download.ts";
import { addSeedFiles, fixFolderTimes, MOUNT_POINTS, type SeedFile } from "./files.ts";
import type { ResolvedSeed, SeedRequest } from "./resolved-seed.ts";

const BRANCH = "v3.23";
const RELEASE = "3.23.2";
const UPSTREAM = "https://dl-cdn.alpinelinux.org/alpine";

/**
 * Far above the size of an index (3.23: 0.5 MB) and of a package (3.23's gcc: 60 MB). Both are kept in
 * memory.
 */
const MOST_INDEX_BYTES = 32 * 2 ** 20;
const MOST_APK_BYTES = 2 ** 30;

/** Raise this when the same packages are unpacked into different files. */
const FORMAT = "bq2-seed-alpine/1";

/** Alpine's packages for Debian's, if the names differ. The minirootfs already has busybox's shell. */
const NAMES: { readonly [debian: string]: readonly string[] } = {
  dash: [],
  mawk: ["gawk"],
  "libc6-dev": ["musl-dev", "linux-headers"],
};

/** The compiler and its tools, which recipes call with the seed's triple before the name. */
const TOOLS = ["gcc", "g++", "cpp", ...BINUTILS];

function addedFiles(arch: Arch): SeedFile[] {
  const { seedTriple } = ARCHES[arch];
  const links = TOOLS.map((tool) => ({
    path: `usr/bin/${seedTriple}-${tool}`,
    made: { kind: "symlink" as const, target: tool },
    why: "recipes call the seed's compiler by Debian's names",
  }));
  return [...MOUNT_POINTS, ...links];
}

export async function resolveAlpine(request: SeedRequest): Promise<ResolvedSeed> {
  const { platform, name, arch, packages, onProgress } = request;
  onProgress?.(`resolving packages of ${BRANCH}`);
  const minirootfs = await describeDownload(
    request,
    `${mirrorOf(platform)}/${BRANCH}/releases/${arch}/alpine-minirootfs-${RELEASE}-${arch}.tar.gz`,
  );
  const index = await downloadTrusted(request, `${repository(request)}/APKINDEX.tar.gz`, {
    most: MOST_INDEX_BYTES,
    hint: "set BQ2_ALPINE_MIRROR to an https address, or leave it out",
  });
  const records = parseApkIndex(
    decodeUtf8(await fileOfTar(platform.bulk, { name: "APKINDEX.tar.gz", bytes: index }, "APKINDEX")),
  );
  const wanted = packages.flatMap(
    (wanted) => (Object.hasOwn(NAMES, wanted.name) ? NAMES[wanted.name] : undefined) ?? [wanted.name],
  );
  const apks = resolveApks(records, wanted);
  const hasher = platform.bulk.sha256();
  const held = apks.map(({ name, version, checksum }) => [name, version, checksum]);
  const added = addedFiles(arch).map(({ path, made }) => ({ path, made }));
  const contents = { format: FORMAT, minirootfs: minirootfs.sha256, packages: held, added };
  hasher.update(encodeUtf8(canonicalJson(contents)));
  return { kind: "alpine", name, arch, digest: hasher.digest(), minirootfs, apks };
}

function mirrorOf({ host }: Platform): string {
  return (host.env.BQ2_ALPINE_MIRROR || UPSTREAM).replace(/\/+$/, "");
}

function repository({ platform, arch }: SeedRequest): string {
  return `${mirrorOf(platform)}/${BRANCH}/main/${arch}`;
}

/** Fetches what the cache lacks, and unpacks minirootfs and packages into the new folder `root`. */
export async function makeAlpineTree(
  request: SeedRequest,
  { minirootfs, apks }: { readonly minirootfs: Archive; readonly apks: readonly ApkRecord[] },
  root: string,
): Promise<void> {
  const { platform, arch, name, onProgress } = request;
  const { files } = platform;
  const archive = await download(request, minirootfs);
  await unpackArchive(platform, { archive, target: root, outsideLinks: "keep", devices: "skip" });
  checkRootfsArch(files, root, arch, name);
  for (const apk of apks) {
    const file = await fetchApk(request, apk);
    onProgress?.(`unpacking ${apk.name} ${apk.version}`);
    const data = `${root}.data.tar.gz`;
    files.writeFile(
      data,
      await apkData(platform, { name: file, bytes: files.readFile(file), checksum: sha1Of(apk) }),
    );
    await unpackOver(platform, { archive: data, target: root, outsideLinks: "keep", devices: "skip" });
    removeTree(files, data);
  }
  addSeedFiles(files, root, addedFiles(arch));
  fixFolderTimes(files, root);
}

/** The package's file in the cache, which holds only packages that match the index. */
async function fetchApk(request: SeedRequest, apk: ApkRecord): Promise<string> {
  const { files } = request.platform;
  const name = `${apk.name}-${apk.version}.apk`;
  const folder = `${request.cache}/apks/${toHex(sha1Of(apk))}`;
  const file = `${folder}/${name}`;
  if (files.status(file) !== undefined) return file;
  const bytes = await downloadBytes(request, `${repository(request)}/${name}`, MOST_APK_BYTES);
  await apkData(request.platform, { name, bytes, checksum: sha1Of(apk) });
  makeFolders(files, folder);
  writeFileAtomic(files, file, bytes);
  return file;
}

/** The bytes of `Q1<base64>`: "Q1" means SHA-1. @throws Bq2Error `unknown-checksum`. */
function sha1Of({ name, checksum }: ApkRecord): Uint8Array {
  const digits = /^Q1([A-Za-z0-9+/]{27}=)$/.exec(checksum)?.[1];
  if (digits !== undefined) return fromBase64(digits);
  throw new Bq2Error(`Cannot check ${name}: its checksum is ${checksum}, wanted Q1 and a sha1 in base64`, {
    code: "unknown-checksum",
    hint: "the index may have a newer format than bq2 can read",
  });
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648, 4. */
function fromBase64(text: string): Uint8Array {
  const values = [...text.replace(/=+$/, "")].map((digit) => BASE64.indexOf(digit));
  const bits = values.map((value) => value.toString(2).padStart(6, "0")).join("");
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
