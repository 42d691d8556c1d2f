/**
 * overlayfs (Linux, Documentation/filesystems/overlayfs.rst) without root: mounting it, and reading
 * what was written to it. No redirected folders and no metadata-only copies: the `userxattr` mode
 * has neither, so the changes are complete in themselves.
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
  /** Holds `upper`, what is written, and `work`, the kernel's own; both are made where they are missing. */
  readonly changes: string;
  readonly target: string;
  /** A folder to make short names for the layers in; on a tmpfs that goes with the namespace. */
  readonly staging: string;
}

/**
 * The option string of a mount ends at 4,095 bytes, and `:`, `,` and `\` mean something in it. So the
 * layers are bound to `0`, `1`, … below `staging`, which is made the current folder, and named by that.
 */
export function mountOverlay(platform: Platform, { layers, changes, target, staging }: OverlayMount): void {
  const { files } = platform;
  const bound = (source: string, name: string): string => {
    files.makeFolder(joinPath(staging, name));
    bindMount(platform, source, joinPath(staging, name));
    return name;
  };
  // Two steps may have made the same output; overlayfs refuses a folder that comes twice (ELOOP).
  const distinct = layers.filter((layer, i) => layers.lastIndexOf(layer) === i);
  const names = distinct.map((layer, i) => bound(layer, String(i)));
  for (const name of ["upper", "work"]) makeFolders(files, joinPath(changes, name), 0o755);
  const writable = bound(changes, "changes"); // one mount for both: overlayfs demands it
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
   * A name that was made, changed, or (a folder) holds changes. `isOpaque`: a folder that hides what
   * the layers below have there.
   */
  | {
      readonly kind: "written";
      readonly path: string;
      readonly status: FileStatus;
      readonly isOpaque: boolean;
    }
  /** A name of the layers below that was removed; with all that it held. */
  | { readonly kind: "removed"; readonly path: string };

/**
 * What `<changes>/upper` holds after a view has ended: a folder before what it holds, siblings in byte
 * order. Folders that were only read through are not there; their parents are, as `written`.
 */
export function* upperChanges({ files }: Pick<Platform, "files">, upper: string): Generator<OverlayChange> {
  for (const { path, status } of walk(files, upper)) {
    const onHost = joinPath(upper, path);
    if (isWhiteout(files, onHost, status)) yield { kind: "removed", path };
    else yield { kind: "written", path, status, isOpaque: isOpaque(files, onHost, status) };
  }
}

/**
 * Takes overlayfs's notes off a file or folder that was in `upper`: they name inodes of the layers, so
 * they differ from one run to the next, and they would mean something in a layer of another overlay.
 */
export function forgetOverlay(files: Files, path: string): void {
  for (const name of files.attributes(path).keys()) {
    if (name.startsWith(NOTES)) files.removeAttribute(path, name);
  }
}

/** With `userxattr`; `trusted.overlay.` without. */
const NOTES = "user.overlay.";

/** "whiteouts and opaque directories": a 0:0 device, or (Linux 6.7) an empty file with a note. */
function isWhiteout(files: Files, path: string, status: FileStatus): boolean {
  if (status.kind === "char") return status.device.major === 0 && status.device.minor === 0;
  return status.kind === "file" && status.size === 0 && files.attributes(path).has(`${NOTES}whiteout`);
}

function isOpaque(files: Files, path: string, status: FileStatus): boolean {
  if (status.kind !== "folder") return false;
  const note = files.attributes(path).get(`${NOTES}opaque`);
  return note !== undefined && decodeUtf8(note) === "y"; // "x": only that whiteouts are notes below
}
