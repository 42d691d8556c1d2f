/**
 * The system's own files, nearly all of them in /etc: users, names and settings. Nobody logs in, because
 * process 1 (`src/init/`) gives the consoles to root. Nothing here depends on the architecture.
 */
import { OWN_ROOTFS_MARKER } from "../../src/base/seed-name.ts";
import { accountFiles } from "../../src/system/accounts.ts";
import { descriptionText } from "../../src/system/describe.ts";
import { DESCRIPTION_FILE } from "../../src/system/description.ts";
import type { System } from "../../src/system/system.ts";

export interface SystemFile {
  /** Absolute, in the finished rootfs. */
  readonly path: string;
  readonly text: string;
  /** Octal; 0644 by default. */
  readonly mode?: string;
  readonly why: string;
}

const PROFILE = `# For every login shell.
export HOME=/root
export PATH=/usr/sbin:/usr/bin
export PS1='\\u@\\h:\\w\\$ '
umask 022
cd
`;

/** All of them, sorted by path. `version` is the version of the `bq2` that is built. */
export function systemFiles(system: System, version: string): readonly SystemFile[] {
  const { hostname } = system;
  const files: SystemFile[] = [
    { path: OWN_ROOTFS_MARKER, text: `${version}\n`, why: "marks a seed as one of our own rootfs" },
    ...accountFiles(system).map((file) => ({ ...file, why: "names the ids of users and groups" })),
    { path: DESCRIPTION_FILE, text: descriptionText(system), why: "what process 1 sets up and runs" },
    { path: "/etc/hostname", text: `${hostname}\n`, why: "the machine's name, the same in every build" },
    { path: "/etc/hosts", text: `127.0.0.1 localhost ${hostname}\n`, why: "names that need no network" },
    { path: "/etc/os-release", text: osRelease(version), why: "says which system this is; os-release(5)" },
    { path: "/etc/profile", text: PROFILE, why: "sets up the shells on the consoles" },
  ];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function osRelease(version: string): string {
  return `NAME=bootstrap-qcow2\nID=bq2\nVERSION_ID=${version}\nPRETTY_NAME="bootstrap-qcow2 ${version}"\n`;
}

/** Folders of the rootfs that no package installs, with their modes. */
export const SYSTEM_FOLDERS: readonly {
  readonly path: string;
  readonly mode: string;
  readonly why: string;
}[] = [
  { path: "/dev", mode: "0755", why: "the kernel mounts devtmpfs here" },
  { path: "/mnt", mode: "0755", why: "for a disk that a user mounts" },
  { path: "/proc", mode: "0755", why: "mount point" },
  { path: "/root", mode: "0700", why: "root's home" },
  { path: "/run", mode: "0755", why: "mount point" },
  { path: "/sys", mode: "0755", why: "mount point" },
  { path: "/tmp", mode: "1777", why: "mount point, also usable in a namespace that mounts nothing there" },
  { path: "/var/lib", mode: "0755", why: "the state of programs" },
  { path: "/var/tmp", mode: "1777", why: "temporary files that survive a reboot" },
];

/** Programs and libraries are in /usr. The older names are links to it. */
export const SYSTEM_LINKS: readonly { readonly path: string; readonly target: string }[] = [
  { path: "/bin", target: "usr/bin" },
  { path: "/etc/mtab", target: "../proc/self/mounts" },
  { path: "/lib", target: "usr/lib" },
  { path: "/sbin", target: "usr/sbin" },
  { path: "/var/run", target: "../run" },
];
