/** Packages and what they need: finding them, checking versions, and walking them in pkgconf's order. */
import { Bq2Error } from "../../base/error.ts";
import { dirname } from "../../base/path.ts";
import { readText } from "../../platform/files.ts";
import type { Platform } from "../../platform/platform.ts";
import { type PackageText, packageId, parsePackageText } from "./file.ts";
import { addFragment, type FlagSurroundings, type Fragment, fragmentsOf } from "./flags.ts";
import { compareVersions } from "./version.ts";

export interface Dependency {
  readonly id: string;
  readonly operator: string | undefined;
  readonly version: string;
}

export interface Package extends PackageText {
  readonly id: string;
  readonly requires: readonly Dependency[];
  readonly requiresPrivate: readonly Dependency[];
  readonly conflicts: readonly Dependency[];
}

const OPERATOR = /^(<=?|>=?|!=|=)$/;

/** `a >= 1.2, b c`: commas and spaces both separate. */
export function parseDependencies(text: string): Dependency[] {
  const words = text.match(/[<>=!]+|[^\s,<>=!]+/g) ?? [];
  const dependencies: Dependency[] = [];
  for (let i = 0; i < words.length; i++) {
    const id = words[i] ?? "";
    const operator = OPERATOR.exec(words[i + 1] ?? "")?.[1];
    dependencies.push({ id, operator, version: operator === undefined ? "" : (words[i + 2] ?? "") });
    if (operator !== undefined) i += 2;
  }
  return dependencies;
}

export function satisfies(found: string, operator: string | undefined, wanted: string): boolean {
  const order = compareVersions(found, wanted);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return true;
  }
}

const SYSTEM_FOLDERS = "/usr/lib/pkgconfig:/usr/share/pkgconfig";

/** The packages in the search path; each file is read once. */
export class PackageSet {
  readonly #platform: Pick<Platform, "files" | "host">;
  readonly #folders: readonly string[];
  readonly #variables: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Package | undefined>();
  readonly surroundings: FlagSurroundings;

  constructor(platform: Pick<Platform, "files" | "host">, defined: readonly string[]) {
    const { env, cwd } = platform.host;
    const path = `${env.PKG_CONFIG_PATH ?? ""}:${env.PKG_CONFIG_LIBDIR ?? SYSTEM_FOLDERS}`;
    this.#platform = platform;
    this.#folders = path
      .split(":")
      .filter((folder) => folder !== "")
      .map((folder) => (folder.startsWith("/") ? folder : `${cwd}/${folder}`));
    this.#variables = new Map(
      defined.map((text) => [text.split("=")[0] ?? "", text.slice(text.indexOf("=") + 1)] as const),
    );
    this.surroundings = {
      sysroot: (env.PKG_CONFIG_SYSROOT_DIR ?? "").replace(/\/+$/, ""),
      allowsSystemCflags: env.PKG_CONFIG_ALLOW_SYSTEM_CFLAGS !== undefined,
      allowsSystemLibs: env.PKG_CONFIG_ALLOW_SYSTEM_LIBS !== undefined,
    };
  }

  /** @throws Bq2Error `package` if the package is missing or has another version. */
  find(dependency: Dependency, wantedBy: string): Package {
    const { id, operator, version } = dependency;
    const found = this.#load(id);
    if (found === undefined) {
      throw packageError(
        `Package ${id} was not found in the pkg-config search path.\n` +
          `Perhaps you should add the directory containing \`${id}.pc'\n` +
          `to the PKG_CONFIG_PATH environment variable\n` +
          `Package '${id}', required by '${wantedBy}', not found`,
      );
    }
    if (satisfies(found.fields.version, operator, version)) return found;
    throw packageError(
      `Package dependency requirement '${id} ${operator} ${version}' could not be satisfied.\n` +
        `Package '${id}' has version '${found.fields.version}', required version is '${operator} ${version}'`,
    );
  }

  /** Checks that everything these packages need exists, static linking included. */
  checkAll(packages: readonly Package[]): void {
    walkPackages(this, packages, true, () => {});
  }

  all(): Package[] {
    const { files } = this.#platform;
    const ids = new Set<string>();
    for (const folder of this.#folders) {
      if (files.statusFollowed(folder)?.kind !== "folder") continue;
      for (const name of files.list(folder)) if (name.endsWith(".pc")) ids.add(packageId(name));
    }
    return [...ids].sort().flatMap((id) => this.#load(id) ?? []);
  }

  #load(id: string): Package | undefined {
    if (this.#known.has(id)) return this.#known.get(id);
    const { files, host } = this.#platform;
    const isPath = id.endsWith(".pc");
    const own = id.startsWith("/") ? id : `${host.cwd}/${id}`;
    const candidates = isPath ? [own] : this.#folders.map((folder) => `${folder}/${id}.pc`);
    const path = candidates.find((candidate) => files.statusFollowed(candidate)?.kind === "file");
    const found = path === undefined ? undefined : this.#read(path);
    this.#known.set(id, found);
    return found;
  }

  #read(path: string): Package {
    const definitions = { variables: this.#variables, sysroot: this.surroundings.sysroot };
    const text = parsePackageText(readText(this.#platform.files, path), dirname(path), definitions);
    return {
      ...text,
      id: packageId(path),
      requires: parseDependencies(text.fields.requires),
      requiresPrivate: parseDependencies(text.fields["requires.private"]),
      conflicts: parseDependencies(text.fields.conflicts),
    };
  }
}

function packageError(message: string): Bq2Error {
  return new Bq2Error(message, { code: "package" });
}

/**
 * Calls `visit` with each package before those that it needs, once for every path that leads to it, as
 * pkgconf does (libpkgconf, pkg.c: `pkgconf_pkg_traverse`). Only cycles are cut. Also checks conflicts.
 */
function walkPackages(
  set: PackageSet,
  packages: readonly Package[],
  withPrivate: boolean,
  visit: (found: Package, isPrivate: boolean) => void,
): void {
  const path = new Set<string>();
  let isPrivate = false;
  const walkList = (dependencies: readonly Dependency[], parent: string): void => {
    for (const dependency of dependencies) {
      const found = set.find(dependency, parent);
      if (!path.has(found.id)) walkOne(found);
    }
  };
  const walkOne = (found: Package): void => {
    path.add(found.id);
    visit(found, isPrivate);
    checkConflicts(found, [...found.requires.map((one) => set.find(one, found.id)), ...packages]);
    walkList(found.requires, found.id);
    if (withPrivate) {
      isPrivate = true;
      walkList(found.requiresPrivate, found.id);
      isPrivate = false;
    }
    path.delete(found.id);
  };
  for (const found of packages) walkOne(found);
}

function checkConflicts({ id, conflicts }: Package, others: readonly Package[]): void {
  for (const rule of conflicts) {
    const bad = others.find(
      (other) => other.id === rule.id && satisfies(other.fields.version, rule.operator, rule.version),
    );
    if (bad === undefined) continue;
    const text = rule.operator === undefined ? rule.id : `${rule.id} ${rule.operator} ${rule.version}`;
    throw packageError(
      `Version '${bad.fields.version}' of '${bad.id}' conflicts with '${id}' due to satisfying conflict rule '${text}'.`,
    );
  }
}

/** The flags of `packages` and everything they need, without duplicates. */
export function collectFlags(
  set: PackageSet,
  packages: readonly Package[],
  what: "cflags" | "libs" | "libs-static",
  withPrivate: boolean,
): Fragment[] {
  const list: Fragment[] = [];
  walkPackages(set, packages, withPrivate, ({ fields }, isPrivate) => {
    if (what === "cflags") {
      for (const fragment of fragmentsOf(fields.cflags, what)) addFragment(list, fragment, false);
      return;
    }
    for (const fragment of fragmentsOf(fields.libs, "libs")) addFragment(list, fragment, isPrivate);
    if (what === "libs") return;
    for (const fragment of fragmentsOf(fields["libs.private"], "libs")) addFragment(list, fragment, true);
  });
  return list;
}
