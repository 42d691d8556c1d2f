/** Small JSON files in the cache. A damaged one counts as missing. */
import * as v from "valibot";
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/** The value in the file at `path`; `undefined` if there is no file or the value does not match `schema`. */
export function readJson<S extends v.GenericSchema>(
  files: Files,
  path: string,
  schema: S,
): v.InferOutput<S> | undefined {
  if (files.status(path) === undefined) return undefined;
  try {
    return v.parse(schema, JSON.parse(readText(files, path)));
  } catch (error) {
    if (error instanceof SyntaxError || v.isValiError(error)) return undefined;
    throw error;
  }
}
