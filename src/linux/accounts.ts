/** Users and groups: passwd(5) and group(5). */

import { readText } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

const PASSWD = "/etc/passwd";
const GROUP = "/etc/group";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The user of that name; undefined if there is none. */
export function findAccount(files: Files, name: string): Account | undefined {
  return fieldsOf(files, PASSWD)
    .map(([user = "", , uid, gid, , home = "", shell = ""]) => ({
      ...{ name: user, uid: Number(uid), gid: Number(gid) },
      ...{ home: home || "/", shell: shell || "/bin/sh" }, // passwd(5)
    }))
    .find((account) => account.name === name && isId(account.uid) && isId(account.gid));
}

/** The group of that name; undefined if there is none. */
export function findGroup(files: Files, name: string): number | undefined {
  return groupsOf(files).find((group) => group.name === name)?.gid;
}

/** All groups of the account: its own and those that list it. */
export function groupIds(files: Files, { name, gid }: Account): readonly number[] {
  const listed = groupsOf(files).filter(({ members }) => members.includes(name));
  return [...new Set([gid, ...listed.map((group) => group.gid)])];
}

function groupsOf(files: Files): readonly Group[] {
  return fieldsOf(files, GROUP)
    .map(([name = "", , gid, members = ""]) => ({ name, gid: Number(gid), members: members.split(",") }))
    .filter(({ gid }) => isId(gid));
}

function isId(number: number): boolean {
  return Number.isInteger(number) && number >= 0;
}

/** The lines of the file, split at colons; none if it does not exist. */
function fieldsOf(files: Files, path: string): readonly (readonly string[])[] {
  if (files.statusFollowed(path) === undefined) return [];
  return readText(files, path)
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => line.split(":"));
}
