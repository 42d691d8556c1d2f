/** Pins that state their version once: the names of archives and their origins are functions of it. */
import type { Archive, Origin, Pin } from "../src/plan/source.ts";

/**
 * The pin of a release that is one archive. A new release needs its version, its digest and its size.
 *
 * @example
 * pin("zlib", "1.3.1", (version) => ({
 *   file: `zlib-${version}.tar.gz`,
 *   sha256: "60dd31…",
 *   size: 1325737, // bytes
 *   origins: [debian(`main/z/zlib/zlib_${version}.orig.tar.gz`)],
 * }));
 */
export function pin(name: string, version: string, archive: (version: string) => Archive): Pin {
  return { name, version, archives: [archive(version)] };
}

/** A file on upstream's own server. */
export function url(address: string): Origin {
  return { kind: "url", url: address };
}

/** A file below `pool/` of any Debian mirror. */
export function debian(pool: string): Origin {
  return { kind: "debian", pool };
}

/** A package's tarball in npm's registry. */
export function npm(name: string, version: string): Origin {
  return { kind: "npm", package: name, version };
}
