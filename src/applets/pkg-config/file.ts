/** `.pc` files: variables and fields (pc(5) of pkgconf). */
import { Bq2Error } from "../../base/error.ts";
import { basename } from "../../base/path.ts";

export interface PackageFields {
  name: string;
  description: string;
  version: string;
  requires: string;
  "requires.private": string;
  conflicts: string;
  libs: string;
  "libs.private": string;
  cflags: string;
}

export interface PackageText {
  readonly variables: ReadonlyMap<string, string>;
  readonly fields: PackageFields;
}

export interface Definitions {
  /** `name=value`, replacing the file's own definitions. */
  readonly variables: ReadonlyMap<string, string>;
  /** Prepended to values that are absolute paths; may be empty. */
  readonly sysroot: string;
}

/** Unknown lines are ignored, as in pkgconf. */
export function parsePackageText(text: string, folder: string, definitions: Definitions): PackageText {
  const variables = new Map<string, string>([["pcfiledir", folder]]);
  const fields: PackageFields = {
    name: "",
    description: "",
    version: "",
    requires: "",
    "requires.private": "",
    conflicts: "",
    libs: "",
    "libs.private": "",
    cflags: "",
  };
  const expand = (value: string): string => expandVariables(value, { ...definitions, own: variables });
  for (const line of logicalLines(text)) {
    const found = /^\s*([A-Za-z0-9_.]+)\s*([:=])\s*(.*?)\s*$/.exec(line);
    if (found === null) continue;
    const [, key = "", separator, value = ""] = found;
    if (separator === "=") variables.set(key, withSysroot(expand(value), definitions.sysroot));
    else if (isField(fields, key.toLowerCase()))
      fields[key.toLowerCase() as keyof PackageFields] ||= expand(value);
  }
  for (const [name, value] of definitions.variables) variables.set(name, value);
  return { variables, fields };
}

/** Most characters of a value: far above any real one, far below what doubling variables could produce. */
const VALUE_LIMIT = 1 << 20;

function isField(fields: PackageFields, key: string): boolean {
  return Object.hasOwn(fields, key);
}

/** The lines without comments; a line that ends in a backslash is joined to the next. */
function logicalLines(text: string): string[] {
  return text
    .replaceAll(/\r?\n/g, "\n")
    .replaceAll("\\\n", "")
    .split("\n")
    .map((line) => line.replace(/(^|[^\\])#.*$/, "$1"));
}

function expandVariables(
  value: string,
  {
    variables,
    own,
  }: { readonly variables: ReadonlyMap<string, string>; readonly own: ReadonlyMap<string, string> },
): string {
  let length = value.length;
  return value.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const found = variables.get(name) ?? own.get(name) ?? "";
    length += found.length;
    if (length <= VALUE_LIMIT) return found;
    throw new Bq2Error(`Cannot expand a variable: its value is longer than ${VALUE_LIMIT} characters`, {
      code: "package",
      hint: "the .pc file is damaged or malicious",
    });
  });
}

export function withSysroot(path: string, sysroot: string): string {
  if (sysroot === "" || !path.startsWith("/") || path.startsWith(sysroot)) return path;
  return sysroot + path;
}

/** `zlib` from `/usr/lib/pkgconfig/zlib.pc`. */
export function packageId(path: string): string {
  return basename(path).replace(/\.pc$/, "");
}
