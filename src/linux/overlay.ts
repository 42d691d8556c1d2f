/**
 * overlayfs (Linux, Documentation/filesystems/overlayfs.rst) without root: mounting it, and reading
 * what was written to it. No redirected folders and no metadata-only copies: the `userxattr` mode
 * has neither, so the changes are complete in themselves.
 */

import { Bq2Error } from "../base/error.ts";
import { basename, dirname, joinPath } from "../base/path.ts";
import { decodeUtf8 } from "../base/text.ts";
import { makeFolders, walk } from "../platform/files.ts";
import type { FileStatus, Files, Platform } from "../platform/platform.ts";
import { bindMount, mountFileSystem } from "./mount.ts";
import { systemCall } from "./syscalls.ts";

export interface OverlayMount {
  /** Read-only trees, lowest first; at most 500 (fs/overlayfs/super.c, OVL_MAX_STACK). */
  readonly layers: readonly string[];
  /** Where what is written goes, and the kernel's own folder beside it; made where they are missing. */
  readonly upper: string;
  readonly work: string;
  readonly target: string;
  /** An empty folder to make short names for the layers in; on a tmpfs that goes with the namespace. */
  readonly staging: string;
}

/**
 * The option string of a mount ends at 4,095 bytes, and `:`, `,` and `\\` mean something in it. So the
 * layers are bound to `0`, `1`, … below `staging`, which is made the current folder, and named by that.
 */
export function mountOverlay(
  platform: Platform,
  { layers, upper, work, target, staging }: OverlayMount,
): void {
  const { files } = platform;
  const bound = (source: string, name: string): string => {
    files.makeFolder(joinPath(staging, name));
    bindMount(platform, source, joinPath(staging, name));
    return name;
  };
  if (dirname(upper) !== dirname(work)) {
    throw new Bq2Error(`Cannot use ${work} with ${upper}: overlayfs wants both below one folder`, {
      code: "EXDEV",
    });
  }
  for (const folder of [upper, work]) makeFolders(files, folder, 0o755);
  const names = layers.map((layer, i) => bound(layer, String(i)));
  const changes = bound(dirname(upper), "changes"); // one mount for both: overlayfs demands it
  systemCall(platform, { name: "chdir", action: "enter", what: staging }, staging);
  const options = [
    "userxattr",
    `lowerdir=${names.reverse().join(":")}`, // overlayfs lists the topmost first
    `upperdir=${changes}/${basename(upper)}`,
    `workdir=${changes}/${basename(work)}`,
  ];
  mountFileSystem(platform, { type: "overlay", target, options: options.join(",") });
}

/** The path is relative to the view's root. */
export type OverlayChange =
  /** A folder that was made or changed, or only holds changes. `isOpaque`: it hides what the layers have there. */
  | {
      readonly kind: "folder";
      readonly path: string;
      readonly status: FileStatus;
      readonly isOpaque: boolean;
    }
  /** Anything else that was made or changed. */
  | { readonly kind: "written"; readonly path: string; readonly status: FileStatus }
  /** A name of the layers that was removed, with all that it held. */
  | { readonly kind: "removed"; readonly path: string };

/**
 * What `upper` holds after a view has ended: a folder before what it holds, siblings in byte order.
 */
export function* upperChanges({ files }: Pick<Platform, "files">, upper: string): Generator<OverlayChange> {
  for (const { path, status } of walk(files, upper)) {
    const onHost = joinPath(upper, path);
    if (isWhiteout(files, onHost, status)) yield { kind: "removed", path };
    else if (status.kind !== "folder") yield { kind: "written", path, status };
    else yield { kind: "folder", path, status, isOpaque: isOpaque(files, onHost) };
  }
}

/**
 * The attributes of a file in `upper` that are its own, without overlayfs's notes about it: those name
 * inodes of the layers, so they differ from one run to the next.
 */
export function ownAttributes(attributes: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map([...attributes].filter(([name]) => !name.startsWith(NOTES)));
}

/** Removes overlayfs's notes from a folder of `upper`, which then can be a layer of another overlay. */
export function forgetOverlay(files: Files, folder: string): void {
  for (const name of files.attributes(folder).keys()) {
    if (name.startsWith(NOTES)) files.removeAttribute(folder, name);
  }
}

/** With `userxattr`; `trusted.overlay.` without. */
const NOTES = "user.overlay.";

/** "whiteouts and opaque directories": a 0:0 device, or (Linux 6.7) an empty file with a note. */
function isWhiteout(files: Files, path: string, status: FileStatus): boolean {
  if (status.kind === "char") return status.device.major === 0 && status.device.minor === 0;
  return status.kind === "file" && status.size === 0 && files.attributes(path).has(`${NOTES}whiteout`);
}

function isOpaque(files: Files, path: string): boolean {
  const note = files.attributes(path).get(`${NOTES}opaque`);
  return note !== undefined && decodeUtf8(note) === "y"; // "x": only that whiteouts are notes below
}
