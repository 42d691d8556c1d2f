/** Notes in the cache: whatever is damaged in them counts as not there. */
import * as v from "valibot";
import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/** The value in the file at `path`; `undefined` where there is none, or it is not as the schema has it. */
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
