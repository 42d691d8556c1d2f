/**
 * From origins, as pins state them, to addresses. Debian pool paths are looked up on the mirrors that
 * the host's apt is configured for, npm packages in the registry that npm is configured for. So no
 * mirror or registry is named here, and a company's own are used if configured.
 *
 * Subset: http(s) mirrors and apt's `mirror+file:` lists; no `cdrom:`, `tor+http:`; npm's default
 * registry only, without its credentials.
 */
import { Bq2Error } from "../base/error.ts";
import { decodeUtf8 } from "../base/text.ts";
import type { Origin } from "../plan/source.ts";
import type { Platform } from "../platform/platform.ts";
import { findTool, runTool, toolOutput } from "../platform/tool.ts";

/** Finds addresses; apt and npm are asked once, when first needed. */
export interface OriginResolver {
  /**
   * The addresses of an origin, best first.
   * @throws Bq2Error `no-mirror` or `no-registry`, with the setting that helps.
   */
  addressesOf(origin: Origin): Promise<readonly string[]>;
}

export function originResolver(platform: Platform): OriginResolver {
  let sites: Promise<readonly string[]> | undefined;
  let registry: Promise<string> | undefined;
  return {
    async addressesOf(origin) {
      switch (origin.kind) {
        case "url":
          return [origin.url];
        case "debian":
          sites ??= poolSites(platform);
          return (await sites).map((site) => `${site}/pool/${encodePath(origin.pool)}`);
        case "npm":
          registry ??= npmRegistry(platform);
          return [`${await registry}/${tarballPath(origin.package, origin.version)}`];
      }
    },
  };
}

/** An origin as text for people. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "url":
      return origin.url;
    case "debian":
      return `debian:pool/${origin.pool}`;
    case "npm":
      return `npm:${origin.package}@${origin.version}`;
  }
}

/** The last part of an origin's path: a name that a copy may have in a folder of copies. */
export function originFileName(origin: Origin): string {
  const path = origin.kind === "npm" ? tarballPath(origin.package, origin.version) : describeOrigin(origin);
  return path.slice(path.lastIndexOf("/") + 1);
}

/** npm's convention, the same on every registry: `@scope/name/-/name-1.0.0.tgz`. */
function tarballPath(name: string, version: string): string {
  return `${name}/-/${name.slice(name.lastIndexOf("/") + 1)}-${version}.tgz`;
}

/** Percent-encodes for a URL's path (RFC 3986, 3.3); `+` and `~` are common in pool names. */
function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** One repository in apt's configuration. */
interface AptTarget {
  readonly site: string;
  /** `Origin:` and `Label:` of its Release file; `undefined` before the host's first `apt-get update`. */
  readonly origin: string | undefined;
  readonly label: string | undefined;
}

/** Mirrors that hold Debian's `pool/`, the security archive (which has only newer files) last. */
async function poolSites(platform: Platform): Promise<readonly string[]> {
  const chosen = chosenMirror(platform);
  if (chosen !== undefined) return [chosen];
  const targets = await debianTargets(platform);
  const sorted = [...targets.filter((t) => !isSecurity(t)), ...targets.filter(isSecurity)];
  const sites = unique(sorted.flatMap((target) => expandSite(platform, target.site)));
  if (sites.length > 0) return sites;
  throw new Bq2Error("Cannot fetch from Debian's pool: this machine's apt has no Debian mirror", {
    code: "no-mirror",
    hint: "set BQ2_DEBIAN_MIRROR to the address that contains a mirror's dists/ and pool/",
  });
}

/**
 * Sites for apt itself, as written in its sources (`mirror+file:` too): those with whole suites.
 * @throws Bq2Error `no-mirror`.
 */
export async function aptSites(platform: Platform): Promise<readonly string[]> {
  const chosen = chosenMirror(platform);
  if (chosen !== undefined) return [chosen];
  const sites = unique((await debianTargets(platform)).filter((t) => !isSecurity(t)).map((t) => t.site));
  if (sites.length > 0) return sites;
  throw new Bq2Error("Cannot resolve Debian packages: this machine's apt has no Debian mirror", {
    code: "no-mirror",
    hint: "set BQ2_DEBIAN_MIRROR to the address that contains a mirror's dists/ and pool/, or choose another seed",
  });
}

function chosenMirror(platform: Platform): string | undefined {
  const mirror = platform.host.env.BQ2_DEBIAN_MIRROR;
  return mirror === undefined || mirror === "" ? undefined : mirror.replace(/\/+$/, "");
}

async function debianTargets(platform: Platform): Promise<readonly AptTarget[]> {
  if (findTool(platform, "apt-get") === undefined) return [];
  const format = "$(SITE)\t$(ORIGIN)\t$(LABEL)";
  const known = await runTool(platform, ["apt-get", "indextargets", "--format", format]);
  // Before the first `apt-get update` (as in new containers) only the addresses are known.
  const all =
    known.stdout.trim() !== ""
      ? known
      : await runTool(platform, ["apt-get", "indextargets", "--no-release-info", "--format", format]);
  return all.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(parseTarget)
    .filter(isDebian);
}

function parseTarget(line: string): AptTarget {
  const [site = "", origin, label] = line.split("\t");
  // apt prints a variable that has no value unchanged.
  const value = (text: string | undefined) =>
    text === undefined || text.startsWith("$(") ? undefined : text;
  return { site: site.replace(/\/+$/, ""), origin: value(origin), label: value(label) };
}

function isDebian(target: AptTarget): boolean {
  return target.origin === undefined ? /\bdebian(-security)?$/.test(target.site) : target.origin === "Debian";
}

function isSecurity(target: AptTarget): boolean {
  return target.label === "Debian-Security" || target.site.endsWith("-security");
}

/**
 * Cloud images list mirrors in a file: `mirror+file:/etc/apt/mirrors/debian.list`, apt-transport-mirror(1).
 */
function expandSite(platform: Platform, site: string): readonly string[] {
  const listFile = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(site)?.[1];
  if (listFile === undefined) return /^https?:/.test(site) ? [site] : [];
  if (platform.files.statusFollowed(listFile) === undefined) return [];
  return decodeUtf8(platform.files.readFile(listFile))
    .split("\n")
    .map((line) => (line.trim().split(/\s/)[0] ?? "").replace(/\/+$/, ""))
    .filter((address) => /^https?:/.test(address));
}

async function npmRegistry(platform: Platform): Promise<string> {
  const hint = "set BQ2_NPM_REGISTRY, or npm's `registry`";
  const chosen = platform.host.env.BQ2_NPM_REGISTRY;
  if (chosen !== undefined && chosen !== "") return chosen.replace(/\/+$/, "");
  if (findTool(platform, "npm") === undefined) {
    throw new Bq2Error("Cannot fetch an npm package: npm is not installed", { code: "no-registry", hint });
  }
  const registry = (await toolOutput(platform, ["npm", "config", "get", "registry"])).trim();
  if (/^https?:/.test(registry)) return registry.replace(/\/+$/, "");
  throw new Bq2Error(`Cannot fetch an npm package: npm's registry is "${registry}"`, {
    code: "no-registry",
    hint,
  });
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
