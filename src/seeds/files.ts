/**
 * Files that a build needs and that Debian's maintainer scripts would make. `bq2` runs no package's
 * script: the seed consists of the packages' files and of these.
 */
import { encodeUtf8 } from "../base/text.ts";
import { walk } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

/** Folders that are links into /usr (file-hierarchy(7), "Compatibility Symlinks"). */
export const MERGED_FOLDERS: readonly string[] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

export interface SeedFile {
  /** Relative to the root, without a leading `/`; parents come first. */
  readonly path: string;
  readonly made:
    | { readonly kind: "folder"; readonly mode: number }
    | { readonly kind: "file"; readonly text: string }
    | { readonly kind: "symlink"; readonly target: string };
  readonly why: string;
}

const folder = (path: string, mode: number, why: string): SeedFile => ({
  path,
  made: { kind: "folder", mode },
  why,
});
const file = (path: string, text: string, why: string): SeedFile => ({
  path,
  made: { kind: "file", text },
  why,
});
const symlink = (path: string, target: string, why: string): SeedFile => ({
  path,
  made: { kind: "symlink", target },
  why,
});

/** Mount points of a namespace, for every seed that is a tree. */
export const MOUNT_POINTS: readonly SeedFile[] = [
  folder("dev", 0o755, "devices are bound here"),
  folder("proc", 0o555, "procfs"),
  folder("sys", 0o555, "sysfs"),
  folder("tmp", 0o1777, "a tmpfs"),
  folder("run", 0o755, "a tmpfs"),
];

/** Added to the packages' files of a Debian seed. */
export const DEBIAN_FILES: readonly SeedFile[] = [
  ...MOUNT_POINTS,
  folder("etc", 0o755, "parent of the files below"),
  folder("root", 0o700, "HOME of the build"),
  folder("var", 0o755, "parent of var/tmp"),
  folder("var/tmp", 0o1777, "mkstemp's second choice"),
  file(
    "etc/passwd",
    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "base-passwd makes it",
  ),
  file("etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n", "base-passwd makes it"),
  file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n", "netbase makes it"),
  symlink("usr/bin/awk", "mawk", "mawk's script asks update-alternatives for it"),
  symlink("usr/bin/cc", "gcc", "gcc's script asks update-alternatives for it"),
];

/** Creates `wanted` below `root`; what a package has already put there stays. */
export function addSeedFiles(files: Files, root: string, wanted: readonly SeedFile[]): void {
  for (const { path, made } of wanted) {
    const place = `${root}/${path}`;
    if (files.status(place) !== undefined) continue;
    switch (made.kind) {
      case "folder":
        files.makeFolder(place);
        files.setMode(place, made.mode);
        break;
      case "file":
        files.writeFile(place, encodeUtf8(made.text));
        files.setMode(place, 0o644);
        break;
      case "symlink":
        files.symlink(made.target, place);
        break;
    }
    files.setTime(place, 0);
  }
}

/**
 * Sets the times of folders and links, which unpacking leaves, to 0, so that equal digests mean equal trees.
 */
export function fixFolderTimes(files: Files, root: string): void {
  for (const { path, status } of walk(files, root)) {
    if (status.kind !== "file") files.setTime(`${root}/${path}`, 0);
  }
  files.setTime(root, 0);
}
