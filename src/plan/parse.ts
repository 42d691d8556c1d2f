/** Parses JSON text to a checked value, with errors that name the file and the place in it. */
import * as v from "valibot";
import { Bq2Error } from "../base/error.ts";

/**
 * Parses and checks `text`.
 *
 * @throws Bq2Error `bad-json` if it is not JSON (half a file, for example), `bad-format` if a value does not
 * match the schema. Both name `file`; `bad-format` also names the JSON path.
 */
export function parseAs<S extends v.GenericSchema>(
  schema: S,
  text: string,
  file: string,
  hint: string,
): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === "" ? "the file is empty" : "it is damaged or cut short";
    throw new Bq2Error(`Cannot read ${file}: ${found} (${describe(cause)})`, {
      code: "bad-json",
      hint,
      cause,
    });
  }
  const refuse = (path: string, problem: string): never => {
    throw new Bq2Error(`Cannot use ${file}: at ${path}: ${problem}`, { code: "bad-format", hint });
  };
  const reserved = reservedKey(value, "$");
  if (reserved !== undefined) refuse(reserved, "no such name");
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  return refuse(`$${path === null ? "" : `.${path}`}`, issue.message);
}

/** valibot silently skips these keys (`_isValidObjectKey`), so their values would be lost. */
const RESERVED = ["__proto__", "prototype", "constructor"];

function reservedKey(value: unknown, path: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const found = !Array.isArray(value) && RESERVED.includes(key) ? at : reservedKey(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
