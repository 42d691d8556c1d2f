/**
 * The small /dev and /proc that programs need. Device nodes are bound read-only from the host: programs can
 * read and write them, but not remove them or change their permissions.
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

/** Mounts a new /dev at `target`: the usual nodes, and its own pseudo-terminals and shared memory. */
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
 * The parts of /proc that affect the whole machine. If root within is the host's root, the kernel lets it
 * write there, so they become read-only, as in container runtimes (OCI runtime spec, "Readonly Paths").
 */
const MACHINE_WIDE = ["sys", "sysrq-trigger", "irq", "bus", "fs"];

/** Mounts a new /proc of this pid namespace at `target`. */
export function mountProc(platform: Platform, target: string): void {
  mountFileSystem(platform, { type: "proc", target, flags: MS_NOSUID | MS_NODEV | MS_NOEXEC });
  for (const name of MACHINE_WIDE) {
    const path = joinPath(target, name);
    if (platform.files.status(path) === undefined) continue;
    bindMount(platform, path, path);
    makeReadOnly(platform, path);
  }
}
