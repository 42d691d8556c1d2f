/** What a system's declaration adds to the image: its files and folders, its users' homes and keys. */
import type { InsideAction } from "../../src/plan/action.ts";
import type { Step } from "../../src/plan/plan.ts";
import { copy, makeFolder, symlink, writeFile } from "../../src/recipe/inside-actions.ts";
import { folderSource, type Package, type Place, SOURCE_ROOT } from "../../src/recipe/package.ts";
import { groupIds, userIds } from "../../src/system/accounts.ts";
import type { Entry, FolderEntry, System } from "../../src/system/system.ts";

/** A folder beside the system file, and the name of its staged tree. */
export interface StagedFolder {
  readonly name: string;
  readonly from: string;
  readonly path: string;
}

/** The system's folders, in their order. */
export function foldersOf({ files }: Pick<System, "files">): StagedFolder[] {
  return files
    .filter((entry): entry is FolderEntry => entry.kind === "folder")
    .map(({ path, from }, index) => ({ name: folderSource(index), from: cleanPath(from), path }));
}

/** `./app/` becomes `app`. */
function cleanPath(path: string): string {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/");
}

/** Undefined if the declaration adds nothing. */
export function systemContents(system: System): Package | undefined {
  const homes = system.users.filter(({ home }) => home !== null);
  if (system.files.length === 0 && homes.length === 0) return undefined;
  return {
    name: "system",
    why: "the files, folders and homes that the system declares",
    license: "NONE",
    version: "",
    folders: foldersOf(system).map(({ name }) => name),
    needs: [],
    owners: ownersOf(system),
    build: (place) => ({
      kind: "actions",
      why: "there is no upstream: the system's declaration states the contents",
      actions: [
        ...homeActions(system, place),
        ...foldersOf(system).map(({ name, path }) => copy(`${SOURCE_ROOT}/${name}`, place.destdir + path)),
        ...system.files.flatMap((entry) => entryActions(entry, place)),
      ],
    }),
  };
}

function entryActions(entry: Entry, { destdir }: Place): InsideAction[] {
  switch (entry.kind) {
    case "file":
      return [writeFile(destdir + entry.path, entry.text, octal(entry.mode))];
    case "link":
      return [symlink(destdir + entry.path, entry.target)];
    case "folder":
      return []; // copied before, so that files can be put into it
  }
}

function homeActions({ users }: System, { destdir }: Place): InsideAction[] {
  return users.flatMap(({ home, sshKeys }) => {
    if (home === null) return [];
    const keys = sshKeys.map((key) => `${key}\n`).join("");
    return [
      makeFolder(destdir + home, "0700"),
      ...(keys === ""
        ? []
        : [
            makeFolder(`${destdir}${home}/.ssh`, "0700"),
            writeFile(`${destdir}${home}/.ssh/authorized_keys`, keys, "0600"),
          ]),
    ];
  });
}

function ownersOf(system: System): Step["owners"] {
  const users = new Map(userIds(system).map(({ name, id }) => [name, id]));
  const groups = new Map(groupIds(system).map(({ name, id }) => [name, id]));
  const owner = (user: string, group: string) => ({ uid: users.get(user) ?? 0, gid: groups.get(group) ?? 0 });
  const entries = system.files.flatMap((entry): [string, ReturnType<typeof owner>][] =>
    entry.kind === "file" && (entry.user !== "root" || entry.group !== "root")
      ? [[entry.path, owner(entry.user, entry.group)]]
      : [],
  );
  const homes = system.users.flatMap(({ name, home, sshKeys }): [string, ReturnType<typeof owner>][] => {
    if (home === null) return [];
    const paths = [home, ...(sshKeys.length === 0 ? [] : [`${home}/.ssh`, `${home}/.ssh/authorized_keys`])];
    return paths.map((path) => [path, owner(name, name)]);
  });
  return Object.fromEntries([...homes, ...entries].map(([path, value]) => [path.slice(1), value]));
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
