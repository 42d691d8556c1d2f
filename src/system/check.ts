/** What is wrong with a system: every mistake that can be found without building it. */
import * as v from "valibot";
import { Bq2Error } from "../base/error.ts";
import { type Account, groupIds, userIds } from "./accounts.ts";
import { serviceProblems } from "./check-services.ts";
import { AccountName, Name, NetworkSchema, type Service, ServiceSchema } from "./description.ts";
import { placeOf } from "./place.ts";
import type { Entry, NamedPackage, System, User } from "./system.ts";

export interface Mistake {
  /** Such as `service web: its user www does not exist`. */
  readonly what: string;
  readonly hint?: string;
  /** Where the value was made. */
  readonly place?: string | undefined;
}

/** Files that are derived from the rest of the declaration. */
const DERIVED: { readonly [path: string]: string } = {
  "/etc/passwd": "declare users",
  "/etc/group": "declare groups",
  "/etc/shadow": "declare users with passwordHash",
  "/etc/hostname": "set hostname",
  "/etc/bq2/system.json": "it is the description that process 1 reads",
};

const MODE_LIMIT = 0o7777;
/** Bytes: the EFI system partition and a root file system with a little room. */
const SMALLEST_DISK = 256 * 2 ** 20;

export function mistakesIn(system: System): Mistake[] {
  return [
    ...named(system, "system", system.name, Name),
    ...(system.hostname === system.name ? [] : named(system, "hostname", system.hostname, Name)),
    ...packageMistakes(system.packages),
    ...accountMistakes(system),
    ...system.files.flatMap((entry) => entryMistakes(system, entry)),
    ...twice("path", system.files, ({ path }) => path),
    ...system.services.flatMap((service) => serviceMistakes(system, service)),
    ...twice("port", system.services, portOf),
    ...serviceProblems(system.services).map(({ service, problem }) => ({
      what: `service ${service.name}: ${problem}`,
      place: placeOf(service),
    })),
    ...shape("network", system.network, NetworkSchema),
    ...diskMistakes(system),
  ];
}

/** Throws Bq2Error `bad-system` if there are mistakes: a line for each. */
export function reportMistakes(name: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  const lines = mistakes.map(
    ({ what, hint, place }) =>
      `${place === undefined ? "" : `${place}: `}${what}${hint === undefined ? "" : ` (hint: ${hint})`}`,
  );
  const [only = ""] = lines;
  const all = `${mistakes.length} mistakes:\n  ${lines.join("\n  ")}`;
  throw new Bq2Error(`Cannot use the system ${JSON.stringify(name)}: ${lines.length === 1 ? only : all}`, {
    code: "bad-system",
  });
}

/** The first problem that a schema finds. */
function shape(what: string, value: unknown, schema: v.GenericSchema): Mistake[] {
  const result = v.safeParse(schema, value);
  if (result.success) return [];
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const place = typeof value === "object" && value !== null ? placeOf(value) : undefined;
  return [{ what: `${what}: ${path === null ? "" : `${path}: `}${issue.message}`, place }];
}

function named(value: object, what: string, name: string, schema: v.GenericSchema): Mistake[] {
  return shape(what, name, schema).map((mistake) => ({
    what: `${mistake.what}: ${JSON.stringify(name)}`,
    place: placeOf(value),
  }));
}

/** Makes mistakes about one value, each with the value's name and place. */
function mistakesAbout(value: object, name: string) {
  return (what: string, hint?: string): Mistake => ({
    what: `${name}: ${what}`,
    ...(hint !== undefined && { hint }),
    place: placeOf(value),
  });
}

type At = ReturnType<typeof mistakesAbout>;

/** A mistake if the system has no user, or no group, of that name. */
function unknownAccount(kind: "user" | "group", name: string, known: readonly Account[], at: At): Mistake[] {
  if (known.some((account) => account.name === name)) return [];
  return [at(`its ${kind} ${name} does not exist`, `declare it: ${kind}s: [${kind}("${name}")]`)];
}

/** A mistake for each value that has the same key as an earlier one, if `isReported`. */
function twice<T extends object>(
  what: string,
  values: readonly T[],
  keyOf: (value: T) => string | number | undefined,
  isReported: (value: T) => boolean = () => true,
): Mistake[] {
  const seen = new Map<string | number, T>();
  return values.flatMap((value) => {
    const key = keyOf(value);
    const earlier = key === undefined ? undefined : seen.get(key);
    if (key !== undefined && earlier === undefined) seen.set(key, value);
    if (earlier === undefined || !isReported(value)) return [];
    const first = placeOf(earlier);
    return [
      {
        what: `the ${what} ${key} is used twice`,
        ...(first !== undefined && { hint: `it was first used at ${first}` }),
        place: placeOf(value),
      },
    ];
  });
}

function packageMistakes(packages: readonly NamedPackage[]): Mistake[] {
  const missing = packages.findIndex((pkg) => typeof pkg?.name !== "string");
  if (missing >= 0)
    return [{ what: `packages[${missing}] is not a package`, hint: 'import it from "bq2/packages"' }];
  return twice("package", packages, ({ name }) => name);
}

function accountMistakes(system: System): Mistake[] {
  const { users, groups } = system;
  const known = groupIds(system);
  // A user's own group repeats the mistakes of its user.
  const isDeclared = ({ name }: { readonly name: string }): boolean =>
    groups.some((group) => group.name === name);
  return [
    ...users.flatMap((user) => userMistakes(user, known)),
    ...groups.flatMap((group) => named(group, "group", group.name, AccountName)),
    ...twice("user", [...userIds({ users: [], groups: [] }), ...users], ({ name }) => name),
    ...twice("group", [...groupIds({ users, groups: [] }), ...groups], ({ name }) => name, isDeclared),
    ...twice("user id", userIds(system), ({ id }) => id),
    ...twice("group id", known, ({ id }) => id, isDeclared),
  ];
}

/** A field of passwd(5) ends at a colon or the line. */
const BREAKS_LINE = /[:\n\0]/;

function userMistakes(user: User, groups: readonly Account[]): Mistake[] {
  const at = mistakesAbout(user, `user ${user.name}`);
  const texts = [user.home ?? "", user.shell, user.passwordHash ?? ""];
  return [
    ...named(user, "user", user.name, AccountName),
    ...(user.id !== null && !isId(user.id)
      ? [at(`${user.id} is not a user id`, "use a whole number below 65534")]
      : []),
    ...(texts.some((text) => BREAKS_LINE.test(text))
      ? [at("a colon or a line end in home, shell or password")]
      : []),
    ...user.groups.flatMap((group) => unknownAccount("group", group, groups, at)),
    ...(user.sshKeys.length > 0 && user.home === null
      ? [at("it has sshKeys but no home", "give it a home")]
      : []),
  ];
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 65534;
}

const PATH = /^\/(?!(.*\/)?\.{0,2}(\/|$))[^\0\n]*$/;

function entryMistakes(system: System, entry: Entry): Mistake[] {
  const at = mistakesAbout(entry, `${entry.kind} ${entry.path}`);
  const derived = DERIVED[entry.path];
  const found: Mistake[] = [];
  if (!PATH.test(entry.path)) found.push(at("not an absolute path without empty names, . and .."));
  if (derived !== undefined) found.push(at("it is derived from the declaration", derived));
  if (entry.kind === "folder" && !isInner(entry.from))
    found.push(at(`${entry.from} is not below the system file's folder`, "use a path such as ./app"));
  if (entry.kind === "link" && entry.target === "") found.push(at("it has no target"));
  if (entry.kind !== "file") return found;
  if (!Number.isInteger(entry.mode) || entry.mode < 0 || entry.mode > MODE_LIMIT)
    found.push(at(`its mode ${entry.mode} is not between 0 and 0o7777`, "write it with 0o, such as 0o600"));
  const unknownUser = unknownAccount("user", entry.user, userIds(system), at);
  const unknown =
    unknownUser.length > 0 ? unknownUser : unknownAccount("group", entry.group, groupIds(system), at);
  return [...found, ...unknown];
}

function isInner(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\0");
}

function serviceMistakes(system: System, service: Service): Mistake[] {
  const at = mistakesAbout(service, `service ${service.name}`);
  const { name, user, groups } = service;
  return [
    ...shape(`service ${name}`, service, ServiceSchema),
    ...unknownAccount("user", user, userIds(system), at),
    ...groups.flatMap((group) => unknownAccount("group", group, groupIds(system), at)),
  ];
}

function portOf({ ready }: Service): number | undefined {
  return ready.kind === "port" ? ready.port : undefined;
}

function diskMistakes({ disk }: System): Mistake[] {
  if (disk.bytes >= SMALLEST_DISK && Number.isSafeInteger(disk.bytes)) return [];
  return [{ what: "disk: not a size of at least 256M", hint: 'use a number with M, G or T, such as "4G"' }];
}
