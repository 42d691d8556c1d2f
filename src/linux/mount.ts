/** mount(2), umount(2), pivot_root(2) and mount_setattr(2), with hints for their failures. */
import { Bq2Error, errorCode } from "../base/error.ts";
import { struct, u64 } from "../base/struct.ts";
import {
  AT_FDCWD,
  AT_RECURSIVE,
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
} from "../platform/linux-abi.ts";
import { type KernelAccess, systemCall } from "./syscalls.ts";

/** include/uapi/linux/mount.h: `struct mount_attr`, MOUNT_ATTR_SIZE_VER0. */
const MountAttributes = struct("mount_attr", 32, {
  attrSet: u64,
  attrClear: u64,
  propagation: u64,
  usernsFd: u64,
});

export interface FileSystemMount {
  /** As in /proc/filesystems: `proc`, `tmpfs`, `overlay`… */
  readonly type: string;
  /** The device; by default the type's name, for types without a device. */
  readonly source?: string;
  readonly target: string;
  /** A sum of MS_…; 0 by default. */
  readonly flags?: number;
  /** Comma-separated, at most 4,095 bytes. */
  readonly options?: string;
}

/** Mounts a new file system at `target`. */
export function mountFileSystem(
  platform: KernelAccess,
  { type, source = type, target, flags = 0, options = "" }: FileSystemMount,
): void {
  explained(HINTS[type] ?? {}, () =>
    systemCall(
      platform,
      { name: "mount", action: `mount ${type} on`, what: target },
      source,
      target,
      type,
      flags,
      options,
    ),
  );
}

/**
 * Shows `source`, a file or a folder with the mounts below it, also at `target`, which is of the same kind.
 */
export function bindMount(platform: KernelAccess, source: string, target: string): void {
  const call = { name: "mount", action: `mount ${source} on`, what: target } as const;
  explained(BIND_HINTS, () => systemCall(platform, call, source, target, null, MS_BIND | MS_REC, null));
}

/**
 * Makes the mount at `target` and all mounts below it read-only. mount_setattr(2) (Linux 5.12) adds one flag;
 * a remount would have to repeat the flags that a user namespace may not drop (nosuid, nodev…).
 */
export function makeReadOnly(platform: KernelAccess, target: string): void {
  const attributes = MountAttributes.encode({ attrSet: MOUNT_ATTR_RDONLY });
  const call = { name: "mount_setattr", action: "make read-only", what: target } as const;
  explained(READ_ONLY_HINTS, () =>
    systemCall(platform, call, AT_FDCWD, target, AT_RECURSIVE, attributes, MountAttributes.size),
  );
}

/** From now on mounts in this namespace do not appear outside, nor the other way round. */
export function makeMountsPrivate(platform: KernelAccess): void {
  const call = { name: "mount", action: "make private", what: "all mounts" } as const;
  systemCall(platform, call, null, "/", null, MS_REC | MS_PRIVATE, null);
}

/** Makes the mount at `root` the root of this process, and detaches the old root with everything below it. */
export function changeRoot(platform: KernelAccess, root: string): void {
  systemCall(platform, { name: "chdir", action: "enter", what: root }, root);
  // pivot_root(2), "pivot_root(".", ".")": the old root ends up above the new one, at the same place.
  systemCall(platform, { name: "pivot_root", action: "make the root of", what: root }, ".", ".");
  systemCall(platform, { name: "umount2", action: "detach", what: "the old root" }, ".", MNT_DETACH);
  systemCall(platform, { name: "chdir", action: "enter", what: "/" }, "/");
}

export function unmount(platform: KernelAccess, target: string): void {
  systemCall(platform, { name: "umount2", action: "unmount", what: target }, target, MNT_DETACH);
}

/** Unmounts an unused file system. When this returns, everything written to it is on its disk. */
export function unmountUnused(platform: KernelAccess, target: string): void {
  systemCall(platform, { name: "umount2", action: "unmount", what: target }, target, 0);
}

/** Replaces the flags of the mount at `target` by these MS_… flags. */
export function remount(platform: KernelAccess, target: string, flags: number): void {
  const action = (flags & MS_RDONLY) === 0 ? "make writable" : "make read-only";
  systemCall(platform, { name: "mount", action, what: target }, null, target, null, MS_REMOUNT | flags, null);
}

type Hints = { readonly [code: string]: string };

const NAMESPACE_HINT =
  "this must run as root in a new user and mount namespace; `bq2 doctor` says what is missing";

const BIND_HINTS: Hints = {
  EPERM: NAMESPACE_HINT,
  EINVAL: "the source is in another mount namespace, or is an unbindable mount",
};

const READ_ONLY_HINTS: Hints = { ENOSYS: "Linux 5.12 or later is needed", EPERM: NAMESPACE_HINT };

/** Why a file system is refused, by type. */
const HINTS: { readonly [type: string]: Hints } = {
  overlay: {
    ENODEV: "the kernel has no overlayfs: modprobe overlay, as root on the host",
    EPERM: "rootless overlayfs needs Linux 5.11 or later",
    EINVAL:
      "the folder for changes must be on a file system that overlayfs accepts (ext4, xfs, btrfs, tmpfs; not overlayfs or NFS); dmesg has the reason",
    ESTALE: "the work folder belongs to another overlay; remove it and run again",
    EBUSY: "another overlay uses that folder for its changes; is another run still active?",
  },
  proc: {
    EPERM:
      "parts of the host's /proc are covered, as in a container: start it with --security-opt systempaths=unconfined",
  },
  sysfs: { EPERM: "/sys is covered here, as in a container" },
};

function explained(hints: Hints, body: () => number): void {
  try {
    body();
  } catch (error) {
    const code = errorCode(error);
    const hint = code === undefined ? undefined : hints[code];
    if (!(error instanceof Bq2Error) || code === undefined || hint === undefined) throw error;
    throw new Bq2Error(error.message, { code, hint, cause: error });
  }
}
