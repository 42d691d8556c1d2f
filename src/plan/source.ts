/** Pins: what is fetched, and where from. Schemas first; the types come from them. */
import * as v from "valibot";
import { InnerPath, NamePart, PlainName } from "./names.ts";

export const Sha256: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, "not a sha256 in lower-case hexadecimal"),
);

/** Not `v.url()`: QuickJS has no URL. RFC 3986, 3: scheme, authority, path; no spaces. */
const HTTP_URL = /^https?:\/\/[A-Za-z0-9.-]+(:[0-9]+)?(\/[!-~]*)?$/;

/**
 * Where the bytes of an archive may come from. `url`: upstream's own file. `debian`: a path below
 * `pool/` of any Debian mirror. `npm`: a package's tarball from the registry that npm is set up for.
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
  /** The name under which it is kept and shown: `musl-1.2.5.tar.gz`. */
  file: PlainName,
  sha256: Sha256,
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  origins: v.pipe(v.array(OriginSchema), v.minLength(1)),
  /** Where the sources are an archive within this one: its path there. */
  inner: v.exactOptional(InnerPath),
});
/** One archive, held to its sha256; the first origin whose bytes match wins. */
export type Archive = v.InferOutput<typeof ArchiveSchema>;

export const PinSchema = v.strictObject({
  name: PlainName,
  version: NamePart,
  /** Alternatives in order of preference are origins; several archives are several files, all needed. */
  archives: v.pipe(v.array(ArchiveSchema), v.minLength(1)),
});
/** One upstream release. */
export type Pin = v.InferOutput<typeof PinSchema>;
