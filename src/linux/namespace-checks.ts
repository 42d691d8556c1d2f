/**
 * Checks whether namespaces work here. Each kind is really made; if the kernel refuses it, the check looks
 * for the setting that forbids it. The first refusal ends the list, because later checks depend on earlier
 * ones.
 */
import { decodeUtf8 } from "../base/text.ts";
import { makeFolders, readText, removeTree } from "../platform/files.ts";
import { SECCOMP_MODE_FILTER } from "../platform/linux-abi.ts";
import { type Platform, SystemError } from "../platform/platform.ts";
import { hasSeccompFilters } from "./seccomp.ts";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found: a path, a value, or the error message. */
  readonly found: string;
  /** What to do; empty if the check passes. */
  readonly fix: string;
  /** Whether `bq2 build` needs it. Otherwise only the purpose in `name` does. */
  readonly required: boolean;
}

interface Trial {
  readonly name: string;
  /** Arguments of unshare(1): options, then a program that does nothing but succeed. */
  readonly argv: readonly string[];
  readonly fix: (platform: Platform, words: string) => string;
}

const ALL_NAMESPACES = ["--user", "--map-root-user", "--mount", "--pid", "--uts", "--ipc", "--net", "--fork"];

const TRIALS: readonly Trial[] = [
  { name: "user namespaces", argv: ["--user", "--map-root-user", "true"], fix: fixOfUserNamespaces },
  {
    name: "mount, pid, uts, ipc and net namespaces",
    argv: [...ALL_NAMESPACES, "true"],
    fix: fixOfUserNamespaces,
  },
  {
    name: "a new /proc",
    argv: [...ALL_NAMESPACES, "--mount-proc", "true"],
    fix: () =>
      "parts of /proc are covered, as in a container: start it with --security-opt systempaths=unconfined, or run bq2 outside it",
  },
  {
    name: "overlayfs without root",
    // In the trial's folder, which contains OVERLAY_FOLDERS.
    argv: [
      ...ALL_NAMESPACES,
      ...["mount", "-t", "overlay", "overlay"],
      ...["-o", "userxattr,lowerdir=lower,upperdir=upper,workdir=work", "merged"],
    ],
    fix: fixOfOverlay,
  },
];

const OVERLAY_FOLDERS = ["lower", "upper", "work", "merged"];

/** `folder` is where overlays will be. The trial makes a folder there and removes it. */
export async function checkNamespaces(platform: Platform, folder: string): Promise<readonly Check[]> {
  const place = `${folder}/.bq2-doctor-${platform.host.pid}`;
  const checks: Check[] = [checkKernel(platform)];
  if (checks.every(({ ok }) => ok)) checks.push(checkFilters(platform));
  try {
    for (const name of OVERLAY_FOLDERS) makeFolders(platform.files, `${place}/${name}`);
    for (const trial of TRIALS) {
      if (checks.some(({ ok }) => !ok)) break;
      const words = await refusal(platform, trial.argv, place);
      const ok = words === undefined;
      const fix = ok ? "" : trial.fix(platform, words);
      checks.push({ name: trial.name, ok, found: words ?? "works", fix, required: true });
    }
  } finally {
    removeTree(platform.files, place);
  }
  return checks;
}

/** overlayfs has `userxattr` since 5.11; mount_setattr(2) exists since 5.12. */
const OLDEST_KERNEL = { major: 5, minor: 12 };

function checkKernel(platform: Platform): Check {
  const release = setting(platform, "kernel/osrelease") ?? "unknown";
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  const { major: oldestMajor, minor: oldestMinor } = OLDEST_KERNEL;
  const ok = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  const fix = ok ? "" : `Linux ${oldestMajor}.${oldestMinor} or later is needed`;
  return { name: "Linux", ok, found: release, fix, required: true };
}

/** The filters that refuse system calls to the programs of a step (`confine.ts`). */
function checkFilters(platform: Platform): Check {
  const ok = hasSeccompFilters(platform);
  const fix = ok
    ? ""
    : "a kernel with CONFIG_SECCOMP_FILTER is needed, and no container that forbids seccomp(2)";
  return { name: "seccomp filters", ok, found: ok ? "works" : "refused", fix, required: true };
}

/** The error message of unshare or of the program that it starts; `undefined` on success. */
async function refusal(
  platform: Platform,
  argv: readonly string[],
  cwd: string,
): Promise<string | undefined> {
  try {
    const child = await platform.processes.spawn({
      argv: ["unshare", ...argv],
      cwd,
      env: { PATH: platform.host.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    let words = "";
    for await (const chunk of child.stderr) words += decodeUtf8(chunk);
    const exit = await child.wait();
    if (exit.code === 0) return undefined;
    return words.trim().replaceAll(/\s*\n\s*/g, " ") || `unshare ended with ${exit.signal ?? exit.code}`;
  } catch (error) {
    if (error instanceof SystemError && error.code === "ENOENT") return "unshare is not installed";
    throw error;
  }
}

/** A kernel setting below /proc/sys, or `undefined` if this kernel does not have it. */
function setting({ files }: Platform, name: string): string | undefined {
  const path = `/proc/sys/${name}`;
  return files.status(path) === undefined ? undefined : readText(files, path).trim();
}

/** Commands for root on the host, which set it now and at every boot. */
function setSetting(name: string, value: string): string {
  return `as root: sysctl -w ${name}=${value} && echo ${name}=${value} > /etc/sysctl.d/60-bq2.conf`;
}

function fixOfUserNamespaces(platform: Platform, words: string): string {
  const isRoot = platform.host.uid === 0;
  if (words.includes("not installed")) return "apt-get install util-linux";
  if (setting(platform, "user/max_user_namespaces") === "0")
    return setSetting("user.max_user_namespaces", "15000");
  // Debian's and older Ubuntu's patch; it does not apply to root.
  if (!isRoot && setting(platform, "kernel/unprivileged_userns_clone") === "0") {
    return setSetting("kernel.unprivileged_userns_clone", "1");
  }
  // Ubuntu 23.10 and later, except for root: the namespace is made, but without rights in it.
  if (!isRoot && setting(platform, "kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return setSetting("kernel.apparmor_restrict_unprivileged_userns", "0");
  }
  if (hasSeccompFilter(platform)) {
    return "a seccomp filter forbids it, as in a container: start it with --security-opt seccomp=unconfined, or run bq2 outside it";
  }
  if (words.includes("No space left")) {
    return `the limit of namespaces is reached; ${setSetting("user.max_user_namespaces", "15000")} (on the host, if this is a container)`;
  }
  return "the kernel lacks that namespace, or this is a chroot, or a security module forbids it: see dmesg";
}

function hasSeccompFilter({ files }: Platform): boolean {
  const path = "/proc/self/status";
  return (
    files.status(path) !== undefined &&
    new RegExp(`^Seccomp:\\s*${SECCOMP_MODE_FILTER}$`, "m").test(readText(files, path))
  );
}

function fixOfOverlay(platform: Platform, words: string): string {
  const path = "/proc/filesystems";
  const isKnown =
    platform.files.status(path) === undefined || /\boverlay$/m.test(readText(platform.files, path));
  if (!isKnown || words.includes("unknown filesystem type"))
    return "as root: modprobe overlay && echo overlay > /etc/modules-load.d/bq2.conf";
  if (/wrong fs type|Invalid argument/.test(words)) {
    return "overlays cannot be on the workspace's file system (it is an overlay itself, or NFS): choose a folder on ext4, xfs or btrfs with --workdir";
  }
  return "see dmesg for overlayfs's reason";
}
