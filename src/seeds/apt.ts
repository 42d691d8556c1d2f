/**
 * Asks the host's apt which packages to take. apt runs in a private state folder: it has its own lists,
 * an empty list of installed packages, and none of the host's hooks and preferences. The host's system is
 * neither read nor changed, and no root is needed. apt checks the signatures with Debian's keyring.
 *
 * Only the suite itself is used, without its `-updates` and `-security`. Those can change on any day, a
 * stable suite only with a point release, so the seed's digest lasts for months. The seed compiles in a
 * namespace without a network, where security fixes gain little.
 */
import * as v from "valibot";
import { Bq2Error } from "../base/error.ts";
import { encodeUtf8 } from "../base/text.ts";
import { type Archive, ArchiveSchema } from "../plan/source.ts";
import { makeFolders } from "../platform/files.ts";
import type { FileLock, Platform } from "../platform/platform.ts";
import { findTool, runTool, toolOutput } from "../platform/tool.ts";
import { aptSites } from "../sources/origins.ts";

export interface AptRequest {
  readonly platform: Platform;
  /** The folder that keeps apt's lists between runs; created if missing. */
  readonly state: string;
  /** `bookworm`. */
  readonly suite: string;
  /** Debian's name for the architecture: `amd64`. */
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Use the lists of the previous run. */
  readonly offline: boolean;
  /** Debian's keys; by default the host's copy (`KEYRINGS`). */
  readonly keyring?: string;
}

export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly archive: Archive;
}

/** Files of the package debian-archive-keyring, until Debian 12 and since Debian 13. */
const KEYRINGS = [
  "/usr/share/keyrings/debian-archive-keyring.gpg",
  "/usr/share/keyrings/debian-archive-keyring.pgp",
];
const LOCK_POLL_SECONDS = 0.5;

/**
 * The packages and everything they depend on, pinned, in byte order of their names.
 *
 * @throws Bq2Error `missing-tool`, `missing-keyring`, `no-mirror`, `apt-failed`.
 */
export async function resolvePackages(request: AptRequest): Promise<readonly ResolvedPackage[]> {
  const { platform, state } = request;
  if (findTool(platform, "apt-get") === undefined) {
    throw new Bq2Error("Cannot resolve Debian packages: apt-get is not on this machine", {
      code: "missing-tool",
      hint: "choose --seed host, or --seed with the path of a root filesystem tarball",
    });
  }
  const keyring = request.keyring ?? findKeyring(platform);
  const sites = await aptSites(platform);
  const lock = await takeLock(platform, state);
  try {
    await writeConfiguration(request, sites, keyring);
    const env = { APT_CONFIG: `${state}/apt.conf` };
    if (!request.offline) await apt(platform, ["update", "-qq"], env);
    const output = await apt(platform, ["install", "-qq", "-y", "--print-uris", ...request.packages], env);
    return parsePrintedUris(output);
  } finally {
    lock.release();
  }
}

function findKeyring(platform: Platform): string {
  const found = KEYRINGS.find((path) => platform.files.statusFollowed(path) !== undefined);
  if (found !== undefined) return found;
  throw new Bq2Error(`Cannot check Debian's signatures: there is no ${KEYRINGS[0]}`, {
    code: "missing-keyring",
    hint: "install debian-archive-keyring",
  });
}

async function takeLock(platform: Platform, state: string): Promise<FileLock> {
  makeFolders(platform.files, state);
  for (;;) {
    const lock = platform.files.tryLock(`${state}/bq2.lock`);
    if (lock !== undefined) return lock;
    await platform.clock.sleep(LOCK_POLL_SECONDS);
  }
}

async function writeConfiguration(
  { platform, state, suite, architecture }: AptRequest,
  sites: readonly string[],
  keyring: string,
): Promise<void> {
  const { files } = platform;
  for (const folder of ["lists/partial", "cache/archives/partial"]) makeFolders(files, `${state}/${folder}`);
  const options = `[arch=${architecture} signed-by=${keyring}]`;
  const sources = sites.map((site) => `deb ${options} ${site} ${suite} main\n`).join("");
  const dump = await runTool(platform, ["apt-config", "dump"]);
  files.writeFile(`${state}/status`, new Uint8Array(0));
  files.writeFile(`${state}/sources.list`, encodeUtf8(sources));
  files.writeFile(`${state}/apt.conf`, encodeUtf8(aptConfiguration(state, architecture, dump.stdout)));
}

/** The whole configuration (apt.conf(5)): our settings, and the host's for reaching the network (proxies). */
export function aptConfiguration(state: string, architecture: string, hostDump: string): string {
  const nothing = (...names: readonly string[]) => names.map((name) => `Dir::Etc::${name} "/dev/null";`);
  return [
    `Dir::State "${state}";`,
    `Dir::State::lists "${state}/lists";`,
    `Dir::State::status "${state}/status";`,
    `Dir::State::extended_states "${state}/extended_states";`,
    `Dir::Cache "${state}/cache";`,
    `Dir::Log "${state}/log";`,
    `Dir::Etc::sourcelist "${state}/sources.list";`,
    ...nothing("sourceparts", "main", "parts", "preferences", "preferencesparts", "trusted", "trustedparts"),
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    // As root, apt would switch to the user _apt, who cannot enter a cache below /root.
    'APT::Sandbox::User "root";',
    // By default, apt only warns about a failing mirror or a wrong signature, and keeps the old lists.
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    // The hash that --print-uris prints; by default it is MD5.
    'Acquire::ForceHash "SHA256";',
    ...hostDump.split("\n").filter((line) => TRANSPORT.test(line)),
    "",
  ].join("\n");
}

/** Lines of `apt-config dump` that say how to reach a server. */
const TRANSPORT = /^Acquire::(https?|ForceIPv4|ForceIPv6)\b[^"]* "[^"]+";$/;

async function apt(
  platform: Platform,
  args: readonly string[],
  env: { readonly [name: string]: string },
): Promise<string> {
  try {
    return await toolOutput(platform, ["apt-get", ...args], env);
  } catch (cause) {
    if (!(cause instanceof Bq2Error)) throw cause;
    throw new Bq2Error(`Cannot resolve Debian packages: ${cause.message}`, {
      code: "apt-failed",
      hint: "check the mirror that apt is set up for, or name one with BQ2_DEBIAN_MIRROR",
      cause,
    });
  }
}

/**
 * Reads lines like `'<uri>' <name>_<version>_<arch>.deb <size> SHA256:<digest>` (apt-get(8), --print-uris).
 * @throws Bq2Error `apt-failed` for a quoted line of another form.
 */
export function parsePrintedUris(output: string): readonly ResolvedPackage[] {
  const packages = output
    .split("\n")
    .filter((line) => line.startsWith("'"))
    .map(parsePrintedUri);
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1)); // names are ASCII and unique
}

const PRINTED_URI =
  /^'[^']*\/pool\/([^']+)' ([a-z0-9][a-z0-9+.-]*)_([^_ ]+)_[a-z0-9-]+\.deb (\d+) SHA256:([0-9a-f]{64})$/;

function parsePrintedUri(line: string): ResolvedPackage {
  const [, encodedPool = "", name = "", version = "", size, sha256] = PRINTED_URI.exec(line) ?? [];
  const pool = decodeURIComponent(encodedPool);
  const archive = v.safeParse(ArchiveSchema, {
    file: pool.slice(pool.lastIndexOf("/") + 1),
    sha256,
    size: Number(size),
    origins: [{ kind: "debian", pool }],
  });
  if (archive.success) return { name, version: decodeURIComponent(version), archive: archive.output };
  throw new Bq2Error(`Cannot read apt's list of packages: found "${line}", wanted a package and its sha256`, {
    code: "apt-failed",
    hint: "check that apt's mirror is one of Debian's",
  });
}
