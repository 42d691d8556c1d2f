/**
 * overlayfs (Linux, Documentation/filesystems/overlayfs.rst) without root: mounting it, and reading what was
 * written to it. The `userxattr` mode has neither redirected folders nor metadata-only copies, so the changes
 * are complete.
 */
import { joinPath } from "../base/path.ts";
import { decodeUtf8 } from "../base/text.ts";
import { makeFolders, walk } from "../platform/files.ts";
import type { FileStatus, Files, Platform } from "../platform/platform.ts";
import { bindMount, mountFileSystem } from "./mount.ts";
import { systemCall } from "./syscalls.ts";

export interface OverlayMount {
  /** Read-only trees, lowest first. */
  readonly layers: readonly string[];
  /** Contains `upper`, for what is written, and `work`, for the kernel; missing ones are made. */
  readonly changes: string;
  readonly target: string;
  /** A folder for short names of the layers, on a tmpfs that ends with the namespace. */
  readonly staging: string;
}

/**
 * The option string of a mount is limited to 4,095 bytes, and `:`, `,` and `\` are special in it. So the
 * layers are bound to `0`, `1`, … in `staging`, which becomes the current folder.
 */
export function mountOverlay(platform: Platform, { layers, changes, target, staging }: OverlayMount): void {
  const { files } = platform;
  const bound = (source: string, name: string): string => {
    files.makeFolder(joinPath(staging, name));
    bindMount(platform, source, joinPath(staging, name));
    return name;
  };
  // Two steps may have the same output, but overlayfs refuses the same folder twice (ELOOP).
  const distinct = layers.filter((layer, i) => layers.lastIndexOf(layer) === i);
  const names = distinct.map((layer, i) => bound(layer, String(i)));
  for (const name of ["upper", "work"]) makeFolders(files, joinPath(changes, name), 0o755);
  const writable = bound(changes, "changes"); // overlayfs requires both on one mount
  systemCall(platform, { name: "chdir", action: "enter", what: staging }, staging);
  const options = [
    "userxattr",
    `lowerdir=${names.reverse().join(":")}`, // overlayfs lists the topmost first
    `upperdir=${writable}/upper`,
    `workdir=${writable}/work`,
  ];
  mountFileSystem(platform, { type: "overlay", target, options: options.join(",") });
}

/** The path is relative to the view's root. */
export type OverlayChange =
  /**
   * A name that was made or changed, or a folder that contains changes. `isOpaque`: a folder that hides that
   * of the layers below.
   */
  | {
      readonly kind: "written";
      readonly path: string;
      readonly status: FileStatus;
      readonly isOpaque: boolean;
    }
  /** A name of the layers below that was removed, with its contents. */
  | { readonly kind: "removed"; readonly path: string };

/**
 * The changes in `<changes>/upper` after a view has ended: a folder before its contents, siblings in byte
 * order. Parents of changed names are included, as `written`; folders that were only read are not.
 */
export function* upperChanges({ files }: Pick<Platform, "files">, upper: string): Generator<OverlayChange> {
  for (const { path, status } of walk(files, upper)) {
    const onHost = joinPath(upper, path);
    if (isWhiteout(files, onHost, status)) yield { kind: "removed", path };
    else yield { kind: "written", path, status, isOpaque: isOpaque(files, onHost, status) };
  }
}

/**
 * Removes overlayfs's attributes from a file or folder of `upper`. They name inodes of the layers, so they
 * differ between runs, and they would have a meaning in a layer of another overlay.
 */
export function forgetOverlay(files: Files, path: string): void {
  for (const name of files.attributes(path).keys()) {
    if (name.startsWith(ATTRIBUTES)) files.removeAttribute(path, name);
  }
}

/** The prefix with `userxattr`; it is `trusted.overlay.` without. */
const ATTRIBUTES = "user.overlay.";

/** "whiteouts and opaque directories": a 0:0 device, or (Linux 6.7) an empty file with an attribute. */
function isWhiteout(files: Files, path: string, status: FileStatus): boolean {
  if (status.kind === "char") return status.device.major === 0 && status.device.minor === 0;
  return status.kind === "file" && status.size === 0 && files.attributes(path).has(`${ATTRIBUTES}whiteout`);
}

function isOpaque(files: Files, path: string, status: FileStatus): boolean {
  if (status.kind !== "folder") return false;
  const value = files.attributes(path).get(`${ATTRIBUTES}opaque`);
  return value !== undefined && decodeUtf8(value) === "y"; // "x": whiteouts in the folder are attributes
}
