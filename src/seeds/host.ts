/**
 * The machine's own toolchain as a seed: its system folders, bound read-only. Nothing is copied. The
 * digest covers the installed packages (if there is a dpkg) and the bytes of the toolchain.
 */
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { compareNames, encodeUtf8 } from "../base/text.ts";
import { fingerprintOf } from "../kept/fingerprints.ts";
import { sha256File } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import { findTool, runTool, toolOutput } from "../platform/tool.ts";
import { MERGED_FOLDERS } from "./files.ts";
import type { ResolvedSeed, SeedBind, SeedPackage, SeedRequest, WatchedFile } from "./resolved-seed.ts";

const FORMAT = "bq2-seed-host/1";
const DPKG_STATUS = "/var/lib/dpkg/status";

/** Parts of /etc that programs below /usr depend on; the rest stays private to the machine. */
const ETC = ["alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "passwd", "group"];

/**
 * Everything that decides a compiled program's bytes; found with `gcc -print-prog-name=` and
 * `-print-file-name=`.
 */
const GCC_PROGRAMS = ["cc1", "collect2", "as", "ld"];
const GCC_FILES = ["libc.so.6", "libc.a", "libc_nonshared.a", "crt1.o", "crti.o", "crtbeginS.o", "libgcc.a"];

/** @throws Bq2Error `missing-tool`, naming every missing program and its Debian package. */
export async function resolveHost({
  platform,
  name,
  arch,
  packages,
  onProgress,
}: SeedRequest): Promise<ResolvedSeed> {
  if (arch !== platform.host.arch) {
    throw new Bq2Error(`Cannot use this machine as a seed for ${arch}: it is ${platform.host.arch}`, {
      code: "wrong-arch",
      hint: "leave --seed-arch out, or choose --seed debian-12",
    });
  }
  checkPrograms(platform, packages);
  onProgress?.("hashing the machine's toolchain");
  const paths = await toolchainFiles(platform, packages);
  const contents = paths.map((path) => [path, sha256File(platform, path)]);
  const hasher = platform.bulk.sha256();
  hasher.update(
    encodeUtf8(canonicalJson({ format: FORMAT, arch, contents, packages: await installed(platform) })),
  );
  const watched = [...paths, DPKG_STATUS].flatMap((path) => watch(platform, path));
  return { kind: "host", name, arch, digest: hasher.digest(), binds: hostBinds(platform), watched };
}

function checkPrograms(platform: Platform, packages: readonly SeedPackage[]): void {
  const missing = packages.filter(({ program }) => findTool(platform, program) === undefined);
  if (missing.length === 0) return;
  throw new Bq2Error(
    `Cannot use this machine as a seed: it has no ${missing.map((m) => m.program).join(", ")}`,
    {
      code: "missing-tool",
      hint: `install ${missing.map((m) => m.name).join(" ")} (Debian's names), or choose --seed debian-12`,
    },
  );
}

/** Real paths of the compiler's parts, in byte order, each once. */
async function toolchainFiles(
  platform: Platform,
  packages: readonly SeedPackage[],
): Promise<readonly string[]> {
  const programs = packages.flatMap(({ program }) => findTool(platform, program) ?? []);
  const parts: string[] = [];
  for (const [option, names] of [
    ["prog", GCC_PROGRAMS],
    ["file", GCC_FILES],
  ] as const) {
    for (const part of names) {
      const path = (await toolOutput(platform, ["gcc", `-print-${option}-name=${part}`])).trim();
      // gcc prints the bare name if it would search the PATH, or if it found nothing.
      const full = path.startsWith("/") ? path : findTool(platform, path);
      if (full !== undefined) parts.push(full);
    }
  }
  const real = [...programs, ...parts]
    .filter((path) => platform.files.statusFollowed(path)?.kind === "file")
    .map((path) => platform.files.realPath(path));
  return [...new Set(real)].sort(compareNames);
}

/** One line per package; empty on a machine without dpkg. */
async function installed(platform: Platform): Promise<readonly string[]> {
  if (findTool(platform, "dpkg-query") === undefined) return [];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own syntax, dpkg-query(1)
  const format = "${Package} ${Version} ${Architecture}\n";
  const output = await runTool(platform, ["dpkg-query", "--show", `--showformat=${format}`]);
  return output.stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort(compareNames);
}

function watch({ files }: Platform, path: string): readonly WatchedFile[] {
  const status = files.statusFollowed(path);
  return status === undefined ? [] : [{ path, fingerprint: fingerprintOf(status) }];
}

function hostBinds({ files }: Platform): readonly SeedBind[] {
  const wanted = ["/usr", ...MERGED_FOLDERS.map((name) => `/${name}`), ...ETC.map((name) => `/etc/${name}`)];
  return wanted
    .filter((path) => files.statusFollowed(path) !== undefined)
    .map((path) => ({ source: files.realPath(path), target: path })); // a link itself cannot be bound
}
