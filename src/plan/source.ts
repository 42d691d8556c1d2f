/** Pins: what is fetched, and from where. The types come from the schemas. */
import * as v from "valibot";
import { InnerPath, NamePart, PlainName } from "./names.ts";

export const Sha256: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, "not a sha256 in lower-case hexadecimal"),
);

/** Not `v.url()`: QuickJS has no URL. RFC 3986, 3: scheme, authority, path; no spaces. */
const HTTP_URL = /^https?:\/\/[A-Za-z0-9.-]+(:[0-9]+)?(\/[!-~]*)?$/;

/**
 * Where the bytes of an archive may come from. `url`: upstream's own file. `debian`: a path below `pool/` of
 * any Debian mirror. `npm`: a package's tarball from the registry that npm is configured to use.
 */
export const OriginSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("url"),
    url: v.pipe(v.string(), v.regex(HTTP_URL, "not an http address")),
  }),
  v.strictObject({ kind: v.literal("debian"), pool: v.string() }),
  v.strictObject({ kind: v.literal("npm"), package: v.string(), version: v.string() }),
]);
export type Origin = v.InferOutput<typeof OriginSchema>;

export const ArchiveSchema = v.strictObject({
  /** File name in the cache and in messages, such as `musl-1.2.5.tar.gz`. */
  file: PlainName,
  sha256: Sha256,
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  origins: v.pipe(v.array(OriginSchema), v.minLength(1)),
  /** Path of an inner archive, if that one contains the sources. */
  inner: v.exactOptional(InnerPath),
  /**
   * Folders of the release that no build reads. They are not unpacked, but for files that have one of the
   * names in `except`.
   */
  unread: v.exactOptional(
    v.strictObject({ folders: v.pipe(v.array(InnerPath), v.minLength(1)), except: v.array(PlainName) }),
  ),
});
/** One archive, identified by its sha256; the first origin whose bytes match is used. */
export type Archive = v.InferOutput<typeof ArchiveSchema>;

export const PinSchema = v.strictObject({
  name: PlainName,
  version: NamePart,
  /** All archives are needed; alternatives to one archive are its origins. */
  archives: v.pipe(v.array(ArchiveSchema), v.minLength(1)),
});
/** One upstream release. */
export type Pin = v.InferOutput<typeof PinSchema>;
