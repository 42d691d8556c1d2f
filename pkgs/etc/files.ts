/**
 * The system's own files, nearly all in /etc: who there is and what things are called. Nobody logs in: process 1 (`src/init/`) gives
 * the consoles to root. Nothing here depends on the architecture.
 */
import { OWN_ROOTFS_MARKER } from "../../src/base/seed-name.ts";

export interface SystemFile {
  /** Absolute, in the finished rootfs. */
  readonly path: string;
  readonly text: string;
  readonly why: string;
}

const PROFILE = `# For every login shell.
export HOME=/root
export PATH=/usr/sbin:/usr/bin
export PS1='\\u@\\h:\\w\\$ '
umask 022
cd
`;

/** All of them, sorted by path. `version` is the version of the system that is built. */
export function systemFiles(version: string): readonly SystemFile[] {
  return [
    { path: OWN_ROOTFS_MARKER, text: `${version}\n`, why: "by which a seed is seen to be a rootfs of ours" },
    {
      path: "/etc/group",
      text: "root:x:0:\ntty:x:5:\nnobody:x:65534:\n",
      why: "tty owns the pseudo-terminals",
    },
    { path: "/etc/hostname", text: "bq2\n", why: "the machine's name, the same in every build" },
    { path: "/etc/hosts", text: "127.0.0.1 localhost bq2\n", why: "names that need no network" },
    { path: "/etc/os-release", text: osRelease(version), why: "which system this is; os-release(5)" },
    {
      path: "/etc/passwd",
      text: "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n",
      why: "names for the user ids; no password opens anything",
    },
    { path: "/etc/profile", text: PROFILE, why: "the shells on the consoles" },
  ];
}

function osRelease(version: string): string {
  return `NAME=bootstrap-qcow2\nID=bq2\nVERSION_ID=${version}\nPRETTY_NAME="bootstrap-qcow2 ${version}"\n`;
}

/** Folders of the rootfs that no package brings, with their modes. */
export const SYSTEM_FOLDERS: readonly {
  readonly path: string;
  readonly mode: string;
  readonly why: string;
}[] = [
  { path: "/dev", mode: "0755", why: "the kernel mounts devtmpfs here" },
  { path: "/mnt", mode: "0755", why: "for a disk that someone mounts" },
  { path: "/proc", mode: "0755", why: "mount point" },
  { path: "/root", mode: "0700", why: "root's home" },
  { path: "/run", mode: "0755", why: "mount point" },
  { path: "/sys", mode: "0755", why: "mount point" },
  { path: "/tmp", mode: "1777", why: "mount point, and usable in a namespace without the mount" },
  { path: "/var/lib", mode: "0755", why: "state of programs" },
  { path: "/var/tmp", mode: "1777", why: "temporary files that outlive a boot" },
];

/** One tree of programs and libraries, in /usr; the old names lead there. */
export const SYSTEM_LINKS: readonly { readonly path: string; readonly target: string }[] = [
  { path: "/bin", target: "usr/bin" },
  { path: "/etc/mtab", target: "../proc/self/mounts" },
  { path: "/lib", target: "usr/lib" },
  { path: "/sbin", target: "usr/sbin" },
  { path: "/var/run", target: "../run" },
];
