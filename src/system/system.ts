/** A system as a value: what an image contains, and what runs in it. `constructors.ts` makes the parts. */
import type { Description, NetworkDescription, Service } from "./description.ts";

/** A package, of which this folder knows only the name. */
export interface NamedPackage {
  readonly name: string;
}

/** A file of the image with its text. */
export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Names of accounts. */
  readonly user: string;
  readonly group: string;
}

/** A folder of the image with everything in the folder `from`, all of it root's. */
export interface FolderEntry {
  readonly kind: "folder";
  readonly path: string;
  /** Relative to the folder of the system file. */
  readonly from: string;
}

/** A symbolic link of the image. */
export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

export type Entry = FileEntry | FolderEntry | LinkEntry;

export interface User {
  readonly name: string;
  /** Null: the next free id from {@link FIRST_ID}, in the order of the declaration. */
  readonly id: number | null;
  /** Its own group has the same name and id. */
  readonly groups: readonly string[];
  /** Null: it has none, and `/` stands for it. */
  readonly home: string | null;
  readonly shell: string;
  /** A line of crypt(5); null: no password is accepted. */
  readonly passwordHash: string | null;
  /** Lines for `authorized_keys`. */
  readonly sshKeys: readonly string[];
}

export interface Group {
  readonly name: string;
  readonly id: number | null;
}

/** What the kernel of the image has in addition to that of `minimal`. */
export interface Kernel {
  /** Values of Kconfig options by name, such as `CONFIG_WIREGUARD: "y"`. */
  readonly options: { readonly [option: string]: string };
}

export interface System<P extends NamedPackage = NamedPackage> {
  readonly name: string;
  readonly hostname: string;
  readonly packages: readonly P[];
  readonly files: readonly Entry[];
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly services: readonly Service[];
  readonly network: NetworkDescription;
  readonly sysctls: Description["sysctls"];
  readonly kernel: Kernel;
  readonly disk: { readonly bytes: number };
}

/** The first id of users and groups that state none (login.defs(5), UID_MIN). */
export const FIRST_ID = 1000;
