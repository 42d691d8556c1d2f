/** What is mounted, and the order in which to unmount it. Pure. */

interface Mounted {
  readonly target: string;
  readonly type: string;
}

/**
 * The kernel's own file systems and those in memory: they have no data to save, and processes still need
 * them.
 */
const WITHOUT_DISK = [
  "proc",
  "sysfs",
  "devtmpfs",
  "devpts",
  "tmpfs",
  "ramfs",
  "rootfs",
  "cgroup2",
  "efivarfs",
];

/** The lines of /proc/mounts, in the order of mounting. */
function parseMounts(text: string): readonly Mounted[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, target = "", type = ""] = line.split(" ");
      return { target: plainPath(target), type };
    });
}

/** Decodes blanks and backslashes, which /proc/mounts writes as a backslash and three octal digits. */
function plainPath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Mount points with data that must reach a disk, except the root; the last mounted first. */
export function unmountOrder(procMounts: string): readonly string[] {
  return parseMounts(procMounts)
    .filter(({ target, type }) => target !== "/" && !WITHOUT_DISK.includes(type))
    .map(({ target }) => target)
    .reverse();
}
