/**
 * Whether this machine runs programs of an architecture: its own, or one that its kernel passes to an
 * emulator (Linux, Documentation/admin-guide/binfmt-misc.rst). The kernel must hold the emulator open (flag
 * F), because a namespace does not contain its file.
 */
import { ARCHES, type Arch } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { readText } from "./files.ts";
import type { Platform } from "./platform.ts";

const BINFMT_MISC = "/proc/sys/fs/binfmt_misc";

/** Files in that folder that are not emulators. */
const CONTROLS = ["register", "status"];

/** @throws Bq2Error `foreign-programs`: `Cannot use <what>: …`. */
export function requirePrograms(platform: Platform, arch: Arch, what: string): void {
  if (runsPrograms(platform, arch)) return;
  throw new Bq2Error(
    `Cannot use ${what}: this machine is ${platform.host.arch}, and its kernel has no emulator for programs of ${arch}`,
    {
      code: "foreign-programs",
      hint: "use a machine (or a VM) of that architecture, or as root: apt-get install qemu-user-static binfmt-support",
    },
  );
}

export function runsPrograms({ files, host }: Platform, arch: Arch): boolean {
  if (arch === host.arch) return true;
  if (files.status(BINFMT_MISC) === undefined) return false;
  const entries = files.list(BINFMT_MISC).filter((name) => !CONTROLS.includes(name));
  return entries.some((name) => emulates(readText(files, `${BINFMT_MISC}/${name}`), arch));
}

/** Whether the kernel's `entry` is enabled, holds its emulator open, and matches programs of `arch`. */
export function emulates(entry: string, arch: Arch): boolean {
  const field = (name: string): string => new RegExp(`^${name}:? (.*)$`, "m").exec(entry)?.[1] ?? "";
  if (!entry.startsWith("enabled\n") || !field("flags").includes("F") || field("offset") !== "0")
    return false;
  const [magic, mask] = [bytesOf(field("magic")), bytesOf(field("mask"))];
  const start = programStart(arch);
  return magic.length > 0 && magic.every((byte, i) => ((start[i] ?? 0) & (mask[i] ?? 0xff)) === byte);
}

function bytesOf(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
}

/** The first bytes of an executable for Linux: System V ABI, chapter 4, "ELF Header". */
function programStart(arch: Arch): Uint8Array {
  const { elfMachine } = ARCHES[arch];
  // 64 bits, little-endian
  const identification = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  return Uint8Array.of(...identification, 2, 0, elfMachine & 0xff, elfMachine >> 8); // ET_EXEC
}
