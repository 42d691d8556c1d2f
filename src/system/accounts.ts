/** The files of users and groups: passwd(5), group(5), shadow(5). */
import { FIRST_ID, type System } from "./system.ts";

export interface Account {
  readonly name: string;
  readonly id: number;
}

/** Users and groups that every system has. `tty` owns the pseudo-terminals (`src/init/system.ts`). */
const BUILT_IN_USERS = [
  { name: "root", id: 0, home: "/root", shell: "/bin/sh" },
  { name: "nobody", id: 65534, home: "/", shell: "/bin/false" },
];
const BUILT_IN_GROUPS = [
  { name: "root", id: 0 },
  { name: "tty", id: 5 },
  { name: "nobody", id: 65534 },
];

type Accounts = Pick<System, "users" | "groups">;

/** Users with their ids: the built-in ones, then the declared ones in their order. */
export function userIds({ users, groups }: Accounts): Account[] {
  return [...BUILT_IN_USERS, ...numbered(users, [...BUILT_IN_USERS, ...BUILT_IN_GROUPS, ...groups])];
}

/** Groups with their ids: the built-in ones, each user's own, then the declared ones. */
export function groupIds(system: Accounts): Account[] {
  const own = userIds(system).slice(BUILT_IN_USERS.length);
  return [...BUILT_IN_GROUPS, ...own, ...numbered(system.groups, [...BUILT_IN_GROUPS, ...own])];
}

/** Gives an id to each account that has none: the next one that no other account has. */
function numbered(
  accounts: readonly { readonly name: string; readonly id: number | null }[],
  others: readonly { readonly id: number | null }[],
): Account[] {
  const taken = new Set([...others, ...accounts].map(({ id }) => id));
  let next = FIRST_ID;
  return accounts.map(({ name, id }) => {
    if (id !== null) return { name, id };
    while (taken.has(next)) next++;
    taken.add(next);
    return { name, id: next };
  });
}

export interface AccountFile {
  readonly path: string;
  readonly mode: string;
  readonly text: string;
}

/** The files, in byte order of their paths. There is no shadow file if nobody has a password. */
export function accountFiles(system: Accounts): AccountFile[] {
  const { users } = system;
  const ids = new Map(userIds(system).map(({ name, id }) => [name, id]));
  const passwords = users.filter(({ passwordHash }) => passwordHash !== null);
  const passwd = [
    ...BUILT_IN_USERS.map(({ name, id, home, shell }) => `${name}:*:${id}:${id}:${name}:${home}:${shell}\n`),
    ...users.map(({ name, home, shell, passwordHash }) => {
      const id = ids.get(name) ?? FIRST_ID;
      return `${name}:${passwordHash === null ? "*" : "x"}:${id}:${id}:${name}:${home ?? "/"}:${shell}\n`;
    }),
  ];
  const membersOf = (name: string): string =>
    users
      .filter(({ groups }) => groups.includes(name))
      .map((user) => user.name)
      .join(",");
  const group = groupIds(system).map(({ name, id }) => `${name}:x:${id}:${membersOf(name)}\n`);
  const shadow = passwords.map(({ name, passwordHash }) => `${name}:${passwordHash}:::::::\n`);
  return [
    { path: "/etc/group", mode: "0644", text: group.join("") },
    { path: "/etc/passwd", mode: "0644", text: passwd.join("") },
    ...(shadow.length > 0 ? [{ path: "/etc/shadow", mode: "0600", text: shadow.join("") }] : []),
  ];
}
