/**
 * `pkg-config`: flags to compile and link with libraries, from their `.pc` files. The interface and the order
 * of flags are pkgconf's. Not here: `Provides` of other packages, `-uninstalled` files, `--define-prefix`,
 * personalities. Drops more duplicates than pkgconf does of flags like `-std=` and in static lists.
 */
import { type Bq2Error, describeError, errorCode } from "../../base/error.ts";
import { type Applet, type AppletContext, TextOutput, usageError } from "../applet.ts";
import { type Item, readOptions } from "../options.ts";
import { flagsText, selectFlags } from "./flags.ts";
import { collectFlags, type Dependency, PackageSet, parseDependencies, satisfies } from "./graph.ts";

/** Printed by `--version`: the pkgconf release whose interface this is. Callers compare it. */
const INTERFACE_VERSION = "1.8.1";

const OPTIONS = {
  "atleast-pkgconfig-version": ":",
  "atleast-version": ":",
  cflags: "",
  "cflags-only-I": "",
  "cflags-only-other": "",
  "define-variable": ":",
  "errors-to-stdout": "",
  "exact-version": ":",
  exists: "",
  "keep-system-cflags": "",
  "keep-system-libs": "",
  libs: "",
  "libs-only-L": "",
  "libs-only-l": "",
  "libs-only-other": "",
  "list-all": "",
  "max-version": ":",
  modversion: "",
  "print-errors": "",
  "print-provides": "",
  "print-requires": "",
  "print-requires-private": "",
  "print-variables": "",
  shared: "",
  "short-errors": "",
  "silence-errors": "",
  static: "",
  uninstalled: "",
  validate: "",
  variable: ":",
} as const;

type Name = keyof typeof OPTIONS;

export const pkgConfig: Applet = {
  usage: `Usage: pkg-config OPTION... PACKAGE [[OPERATOR] VERSION]...
Print flags for compiling and linking, from PACKAGE.pc.

  --cflags, --libs         all flags; with -only-I, -only-L, -only-l, -only-other some of them
  --static                 also flags for static linking
  --exists                 exit code 0 if all packages exist in the given versions
  --atleast-version=V, --exact-version=V, --max-version=V   the same for one version
  --modversion             the version
  --variable=NAME, --print-variables, --define-variable=NAME=VALUE
  --print-requires, --print-requires-private, --print-provides
  --list-all               all packages
  --print-errors, --silence-errors, --short-errors, --errors-to-stdout
  --keep-system-cflags, --keep-system-libs   keep -I/usr/include and -L/usr/lib
  --validate, --uninstalled, --atleast-pkgconfig-version=V, --version

Environment: PKG_CONFIG_PATH (searched first), PKG_CONFIG_LIBDIR (replaces the system's directories),
PKG_CONFIG_SYSROOT_DIR (prepended to absolute paths), PKG_CONFIG_ALLOW_SYSTEM_CFLAGS, _LIBS.
`,
  failureCode: 1,
  version: INTERFACE_VERSION,

  async run(context, args) {
    const items = readOptions(OPTIONS, args);
    const options = new Map<Name, string>();
    for (const item of items) if (item.kind === "option") options.set(item.name, item.value);
    const out = new TextOutput(context);
    const code = answer(context, out, items, options);
    out.flush();
    return code;
  },
};

type Options = ReadonlyMap<Name, string>;

function answer(
  context: AppletContext,
  out: TextOutput,
  items: readonly Item<Name>[],
  options: Options,
): number {
  const least = options.get("atleast-pkgconfig-version");
  if (least !== undefined) return satisfies(INTERFACE_VERSION, ">=", least) ? 0 : 1;
  const { platform } = context;
  const defined = items.flatMap((item) =>
    item.kind === "option" && item.name === "define-variable" ? [item.value] : [],
  );
  const set = new PackageSet(platform, defined);
  if (options.has("list-all")) {
    for (const found of set.all()) {
      out.write(`${found.id.padEnd(30)} ${found.fields.name} - ${found.fields.description}\n`);
    }
    return 0;
  }
  const wanted = items.flatMap((item) => (item.kind === "operand" ? [item.value] : [])).join(" ");
  const dependencies = parseDependencies(wanted);
  if (dependencies.length === 0)
    throw usageError("Please specify at least one package name on the command line.");
  try {
    return about(set, dependencies, out, options);
  } catch (error) {
    if (errorCode(error) !== "package") throw error;
    printError(context, out, options, error as Bq2Error);
    return 1;
  }
}

const QUIET: readonly Name[] = [
  "exists",
  "atleast-version",
  "exact-version",
  "max-version",
  "uninstalled",
  "validate",
];

function printError(context: AppletContext, out: TextOutput, options: Options, error: Bq2Error): void {
  const isQuiet = QUIET.some((name) => options.has(name)) && !options.has("print-errors");
  if (isQuiet || options.has("silence-errors")) return;
  const text = options.has("short-errors")
    ? error.message.replace(/^.*\n(?=[^\n]*$)/s, "")
    : describeError(error);
  if (options.has("errors-to-stdout")) out.write(`${text}\n`);
  else context.platform.host.writeError(`${text}\n`);
}

const VERSION_TESTS: readonly (readonly [Name, string])[] = [
  ["atleast-version", ">="],
  ["exact-version", "="],
  ["max-version", "<="],
];

function about(
  set: PackageSet,
  dependencies: readonly Dependency[],
  out: TextOutput,
  options: Options,
): number {
  const packages = dependencies.map((dependency) => set.find(dependency, "virtual:world"));
  for (const [name, operator] of VERSION_TESTS) {
    const version = options.get(name);
    const isMet =
      version === undefined || packages.every(({ fields }) => satisfies(fields.version, operator, version));
    if (!isMet) return 1;
    if (version !== undefined) return 0;
  }
  if (options.has("uninstalled")) return 1;
  if (options.has("modversion")) for (const { fields } of packages) out.write(`${fields.version}\n`);
  const variable = options.get("variable");
  if (variable !== undefined) {
    out.write(`${packages.map(({ variables }) => variables.get(variable) ?? "").join(" ")}\n`);
  }
  for (const found of packages) {
    if (options.has("print-variables")) for (const name of found.variables.keys()) out.write(`${name}\n`);
    if (options.has("print-provides")) out.write(`${found.id} = ${found.fields.version}\n`);
    if (options.has("print-requires")) printDependencies(out, found.requires);
    if (options.has("print-requires-private")) printDependencies(out, found.requiresPrivate);
  }
  const cflags = selectFlags(
    { I: options.has("cflags-only-I"), other: options.has("cflags-only-other"), all: options.has("cflags") },
    () => collectFlags(set, packages, "cflags", true),
  );
  const isStatic = options.has("static");
  const libs = selectFlags(
    {
      L: options.has("libs-only-L"),
      l: options.has("libs-only-l"),
      other: options.has("libs-only-other"),
      all: options.has("libs"),
    },
    () => collectFlags(set, packages, isStatic ? "libs-static" : "libs", isStatic),
  );
  if (options.has("exists") || options.has("validate")) set.checkAll(packages);
  if (cflags === undefined && libs === undefined) return 0;
  const keeps = { cflags: options.has("keep-system-cflags"), libs: options.has("keep-system-libs") };
  out.write(`${flagsText(set.surroundings, [...(cflags ?? []), ...(libs ?? [])], keeps)}\n`);
  return 0;
}

function printDependencies(out: TextOutput, dependencies: readonly Dependency[]): void {
  for (const { id, operator, version } of dependencies) {
    out.write(operator === undefined ? `${id}\n` : `${id} ${operator} ${version}\n`);
  }
}
