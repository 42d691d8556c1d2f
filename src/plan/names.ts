/**
 * Names and paths of a plan that are joined to a folder on the host; none of them can lead out of that
 * folder. They are regular expressions because editors get JSON Schemas made from them.
 */
import * as v from "valibot";

/** One name, such as `musl-1.2.5.tar.gz`: no `/`, no leading dot. */
export const PlainName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]*$/, "not a plain file name"),
);

/** A part of a name; may be empty. */
export const NamePart = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._+~-]*$/, "not a part of a file name"));

/** A path from the root of a namespace or tree, without `..`. */
export const AbsolutePath = v.pipe(
  v.string(),
  v.regex(/^(?![\s\S]*\/\.\.(?:\/|$))\/[^\0]*$/, "not an absolute path without .. or NUL"),
);

/** A path below a folder, without `..`. */
export const InnerPath = v.pipe(
  v.string(),
  v.regex(/^(?!\/|[\s\S]*(?:^|\/)\.\.(?:\/|$))[^\0]+$/, "not a path that stays below its folder"),
);
