/** The image that this checkout builds, for tests that boot it; built first if it does not exist. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Arch } from "../../src/base/arch.ts";
import { nodePlatform } from "../../src/platform/node/platform.ts";
import { findTool, requireTools } from "../oracle.ts";
import { canRunVm } from "./qemu.ts";

/** A build from nothing, kernel included, on a busy machine; a few seconds if the store has everything. */
export const BUILD_MINUTES = 60;

export interface BuiltImage {
  readonly disk: { readonly path: string; readonly format: "qcow2" };
  readonly kernel: string;
  readonly bootLoader: string;
  /** Its rootfs, unpacked. */
  readonly rootfs: string;
}

export function canBootImage(arch: Arch = "x86_64"): boolean {
  return canRunVm(arch) && requireTools("qemu-img", "e2fsck", "sfdisk", "dd");
}

/**
 * Builds in `BQ2_TEST_WORKDIR`, or in the commands' default workspace; beside it for another architecture
 * than this machine's.
 */
export async function buildImage(arch: Arch = "x86_64"): Promise<BuiltImage> {
  const base = process.env.BQ2_TEST_WORKDIR ?? "data/sysroot";
  const workdir = arch === nodePlatform().host.arch ? base : `${base}-${arch}`;
  // Asynchronous, because the test runner expects to hear from this process meanwhile.
  await promisify(execFile)("bin/bq2", ["build", "--arch", arch, "--workdir", workdir], {
    maxBuffer: 2 ** 28,
  });
  const rootfs = join(workdir, "seed-rootfs/bq2-rootfs");
  return {
    disk: { path: join(workdir, `output/bq2-0.1.0-${arch}.qcow2`), format: "qcow2" },
    kernel: join(rootfs, "boot/vmlinuz"),
    bootLoader: join(rootfs, `usr/lib/bq2/efi/boot-${arch}.efi`),
    rootfs,
  };
}

/** Runs `body` with a disk whose changes do not reach the image. */
export async function withDiskOf<T>(
  image: BuiltImage,
  body: (disk: BuiltImage["disk"]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bq2-disk-"));
  const path = join(folder, "changes.qcow2");
  const backing = ["-b", resolve(image.disk.path), "-F", image.disk.format];
  try {
    tool("qemu-img", "create", "-q", "-f", "qcow2", ...backing, path);
    return await body({ path, format: "qcow2" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs e2fsck on the root file system of `disk` without changing it, and returns the exit code. `repair`
 * replays the journal first, as a mount does.
 */
export function checkRoot(
  disk: BuiltImage["disk"],
  repair: boolean,
): { readonly code: number; readonly text: string } {
  const folder = mkdtempSync(join(tmpdir(), "bq2-root-"));
  try {
    const [raw, root] = [join(folder, "raw"), join(folder, "root")];
    tool("qemu-img", "convert", "-O", "raw", disk.path, raw);
    const table = JSON.parse(tool("sfdisk", "--json", raw)) as {
      partitiontable: { partitions: { start: number; size: number; name: string }[] };
    };
    const partition = table.partitiontable.partitions.find(({ name }) => name === "bq2-root");
    if (partition === undefined) throw new Error(`Cannot check ${disk.path}: it has no bq2-root`);
    const range = [`skip=${partition.start}`, `count=${partition.size}`];
    tool("dd", `if=${raw}`, `of=${root}`, "bs=512", "conv=sparse", "status=none", ...range);
    if (repair) check("-p", root);
    return check("-fn", root);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function check(how: string, root: string): { code: number; text: string } {
  try {
    return { code: 0, text: tool("e2fsck", how, root) };
  } catch (error) {
    const { status, stdout } = error as { readonly status: number; readonly stdout: string };
    return { code: status, text: stdout };
  }
}

function tool(name: string, ...args: readonly string[]): string {
  return execFileSync(findTool(name) ?? name, args, { encoding: "utf8" });
}
