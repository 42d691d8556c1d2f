/**
 * A view: the file system of the programs within namespaces. It is built from the host's folders, invisible
 * to everyone else, and ends with the last process. Runs inside, started by `namespace.ts`.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname, joinPath } from "../base/path.ts";
import { makeFolders } from "../platform/files.ts";
import { MS_NODEV, MS_NOSUID, MS_RDONLY } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { confine } from "./confine.ts";
import { mountDevices, mountProc } from "./devices.ts";
import { bindMount, changeRoot, makeMountsPrivate, makeReadOnly, mountFileSystem } from "./mount.ts";
import { requireLivingCaller } from "./namespace.ts";
import { mountOverlay } from "./overlay.ts";
import type { Use } from "./refused-calls.ts";
import { pathInRoot } from "./root-path.ts";
import { systemCall } from "./syscalls.ts";

/** Shows a file or folder of the host at `target`, which is made if it is missing. */
export interface Bind {
  readonly source: string;
  /** Absolute, within the view. */
  readonly target: string;
  readonly readOnly: boolean;
}

export type ViewRoot =
  /** A folder of the host; writes change that folder. */
  | { readonly kind: "folder"; readonly path: string }
  /**
   * Read-only trees, lowest first, that appear as one. Writes go to `<changes>/upper` (see `overlay.ts`). A
   * missing `changes` is made; it serves one view at a time.
   */
  | { readonly kind: "overlay"; readonly layers: readonly string[]; readonly changes: string };

export interface View {
  readonly root: ViewRoot;
  /** An empty folder of the host, on which the view is mounted; nothing is written to it. */
  readonly mountPoint: string;
  /** Mounted in this order, after /dev, /proc, /sys, /tmp and /run. */
  readonly binds: readonly Bind[];
  readonly hostname: string;
  /** Shows the host's /sys, read-only; otherwise /sys is an empty folder. */
  readonly sys: boolean;
}

const TMPFS: { readonly [folder: string]: string } = { "/tmp": "mode=1777", "/run": "mode=0755" };
const MOUNT_POINTS = ["/dev", "/proc", "/sys", ...Object.keys(TMPFS)];
const UMASK = 0o022;

/**
 * Builds the view, makes it the root, and gives up what could change it (`confine.ts`). Afterwards all paths
 * are within the view, the current folder is `/`, and programs start as usual. Nothing of the host can be
 * reached, not even this program's own files, so all code must be loaded before. Throws a Bq2Error that says
 * what could not be mounted, and why.
 */
export function enterView(platform: Platform, view: View, use: Use): void {
  requireLivingCaller(platform);
  systemCall(platform, { name: "umask", action: "set", what: "the umask" }, UMASK);
  makeMountsPrivate(platform);
  mountFileSystem(platform, { type: "tmpfs", target: view.mountPoint, options: "mode=0755" });
  const root = joinPath(view.mountPoint, "root");
  platform.files.makeFolder(root);
  mountRoot(platform, view, root);

  const place = (path: string): string => pathInRoot(platform.files, root, path);
  mountDevices(platform, place("/dev"));
  mountProc(platform, place("/proc"));
  if (view.sys) mountSys(platform, place("/sys"));
  for (const [folder, options] of Object.entries(TMPFS)) {
    mountFileSystem(platform, { type: "tmpfs", target: place(folder), flags: MS_NOSUID | MS_NODEV, options });
  }
  for (const bind of view.binds) {
    const target = place(bind.target);
    makeMountPoint(platform, kindOf(platform, bind), target);
    bindMount(platform, bind.source, target);
    if (bind.readOnly) makeReadOnly(platform, target);
  }

  changeRoot(platform, root);
  const hostname = { name: "sethostname", action: "set the host name", what: view.hostname } as const;
  systemCall(platform, hostname, view.hostname, view.hostname.length);
  confine(platform, use);
}

function mountRoot(platform: Platform, view: View, root: string): void {
  if (view.root.kind === "folder") {
    bindMount(platform, view.root.path, root);
    for (const path of MOUNT_POINTS)
      makeMountPoint(platform, "folder", pathInRoot(platform.files, root, path));
    return;
  }
  // The lowest layer contains only mount points, so that they are not among the changes.
  const skeleton = joinPath(view.mountPoint, "skeleton");
  for (const path of MOUNT_POINTS) makeMountPoint(platform, "folder", joinPath(skeleton, path));
  for (const bind of view.binds) {
    makeMountPoint(platform, kindOf(platform, bind), pathInRoot(platform.files, skeleton, bind.target));
  }
  mountOverlay(platform, {
    layers: [skeleton, ...view.root.layers],
    changes: view.root.changes,
    target: root,
    staging: view.mountPoint,
  });
}

/** sysfs belongs to the network namespace: mounts a new one if that is ours, or else binds the host's. */
function mountSys(platform: Platform, target: string): void {
  try {
    mountFileSystem(platform, { type: "sysfs", target, flags: MS_RDONLY });
  } catch (error) {
    if (!(error instanceof Bq2Error) || error.code !== "EPERM") throw error;
    bindMount(platform, "/sys", target);
    makeReadOnly(platform, target);
  }
}

function kindOf(platform: Platform, { source, target }: Bind): "folder" | "file" {
  const status = platform.files.statusFollowed(source);
  if (status !== undefined) return status.kind === "folder" ? "folder" : "file";
  throw new Bq2Error(`Cannot show ${source} at ${target}: it does not exist`, {
    code: "ENOENT",
    hint: "create it first, or omit that bind",
  });
}

/** Makes a mount point if nothing exists at `path`. */
function makeMountPoint({ files }: Platform, kind: "folder" | "file", path: string): void {
  if (files.status(path) !== undefined) return;
  makeFolders(files, kind === "folder" ? path : dirname(path), 0o755);
  if (kind === "file") files.writeFile(path, new Uint8Array(), 0o644);
}
