/** What is mounted, and in which order it comes down. Pure. */

interface Mounted {
  readonly target: string;
  readonly type: string;
}

/** File systems of the kernel's own and of memory: nothing of theirs is lost, and processes need them to the end. */
const LOSE_NOTHING = [
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

/** The lines of /proc/mounts, the first mounted first. */
function parseMounts(text: string): readonly Mounted[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, target = "", type = ""] = line.split(" ");
      return { target: plainPath(target), type };
    });
}

/** Blanks and backslashes stand there as three octal digits. */
function plainPath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Mount points with data that must reach a disk, the last mounted first; the root is not among them. */
export function unmountOrder(procMounts: string): readonly string[] {
  return parseMounts(procMounts)
    .filter(({ target, type }) => target !== "/" && !LOSE_NOTHING.includes(type))
    .map(({ target }) => target)
    .reverse();
}
