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
  /** `name=value`, in place of what the file says. */
  readonly variables: ReadonlyMap<string, string>;
  /** Stands before values that are absolute paths; empty where there is none. */
  readonly sysroot: string;
}

/** What is not understood is passed over, as pkgconf does. */
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

/** Characters of one value: far above any file's, far below what doubling variables could make. */
const VALUE_LIMIT = 1 << 20;

function isField(fields: PackageFields, key: string): boolean {
  return Object.hasOwn(fields, key);
}

/** Comments taken away, lines that end in a backslash joined to the next. */
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
      hint: "the .pc file is damaged or made to do harm",
    });
  });
}

export function withSysroot(path: string, sysroot: string): string {
  if (sysroot === "" || !path.startsWith("/") || path.startsWith(sysroot)) return path;
  return sysroot + path;
}

/** `zlib` of `/usr/lib/pkgconfig/zlib.pc`. */
export function packageId(path: string): string {
  return basename(path).replace(/\.pc$/, "");
}
