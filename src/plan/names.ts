/**
 * Names and paths of a plan that are joined to a folder of the host's, so that nothing in a plan leads out of it.
 * Regular expressions, since the JSON Schemas for editors are made from them.
 */
import * as v from "valibot";

/** One name, such as `musl-1.2.5.tar.gz`: no `/`, no leading dot. */
export const PlainName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]*$/, "not a plain file name"),
);

/** A part of a name, which may be empty. */
export const NamePart = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._+~-]*$/, "not a part of a file name"));

/** From the root of a namespace or of a tree, without `..`. */
export const AbsolutePath = v.pipe(
  v.string(),
  v.regex(/^(?![\s\S]*\/\.\.(?:\/|$))\/[^\0]*$/, "not an absolute path without .. or NUL"),
);

/** Below a folder, without `..`. */
export const InnerPath = v.pipe(
  v.string(),
  v.regex(/^(?!\/|[\s\S]*(?:^|\/)\.\.(?:\/|$))[^\0]+$/, "not a path that stays below its folder"),
);
