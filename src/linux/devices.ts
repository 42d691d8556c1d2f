/**
 * The small /dev and /proc that programs need. Device nodes are the host's, bound read-only: they can be
 * read and written, but not removed or given other permissions.
 */
import { joinPath } from "../base/path.ts";
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { bindMount, makeReadOnly, mountFileSystem } from "./mount.ts";

const NODES = ["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: { readonly [name: string]: string } = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
};

/** A new /dev at `target`: the usual nodes, pseudo-terminals and shared memory of its own. */
export function mountDevices(platform: Platform, target: string): void {
  const { files } = platform;
  mountFileSystem(platform, {
    type: "tmpfs",
    target,
    flags: MS_NOSUID | MS_NOEXEC,
    options: "mode=0755,size=64k",
  });
  for (const name of NODES) {
    const node = joinPath(target, name);
    files.writeFile(node, new Uint8Array());
    bindMount(platform, `/dev/${name}`, node);
    makeReadOnly(platform, node);
  }
  for (const [name, linkTarget] of Object.entries(LINKS)) files.symlink(linkTarget, joinPath(target, name));
  for (const name of ["pts", "shm"]) files.makeFolder(joinPath(target, name));
  mountFileSystem(platform, {
    type: "devpts",
    target: joinPath(target, "pts"),
    flags: MS_NOSUID | MS_NOEXEC,
    options: "newinstance,ptmxmode=0666,mode=0620",
  });
  mountFileSystem(platform, {
    type: "tmpfs",
    target: joinPath(target, "shm"),
    flags: MS_NOSUID | MS_NODEV,
    options: "mode=1777",
  });
}

/**
 * What in /proc acts on the whole machine. When the host's root is root within, too, the kernel lets
 * it write there; so these are read-only, as container runtimes do (OCI runtime spec, "Readonly Paths").
 */
const MACHINE_WIDE = ["sys", "sysrq-trigger", "irq", "bus", "fs"];

/** A new /proc at `target`, of this pid namespace. */
export function mountProc(platform: Platform, target: string): void {
  mountFileSystem(platform, { type: "proc", target, flags: MS_NOSUID | MS_NODEV | MS_NOEXEC });
  for (const name of MACHINE_WIDE) {
    const path = joinPath(target, name);
    if (platform.files.status(path) === undefined) continue;
    bindMount(platform, path, path);
    makeReadOnly(platform, path);
  }
}
