/** Finds out which architecture a root filesystem is for, by a program that every one has: the shell. */
import { type Arch, archWith } from "../base/arch.ts";
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import { bytes, struct, u8, u16 } from "../base/struct.ts";
import { MAXSYMLINKS } from "../platform/linux-abi.ts";
import type { Files } from "../platform/platform.ts";

/** The beginning of an ELF-64 header (System V ABI, chapter 4, "ELF Header"). */
const ElfStart = struct("ELF header, first 20 bytes", 20, {
  magic: bytes(4),
  class: u8,
  data: u8,
  rest: bytes(10),
  type: u16,
  machine: u16,
});
const ELF_MAGIC = "\x7fELF";
const SHELLS = ["/bin/sh", "/usr/bin/sh", "/bin/busybox"];

/** The architecture of the shell below `root`; `undefined` if `bq2` does not know it. */
export function shellArch(files: Files, root: string): Arch | "no shell" | undefined {
  const shell = SHELLS.map((path) => findInRoot(files, root, path)).find((path) => path !== undefined);
  return shell === undefined ? "no shell" : archWith("elfMachine", machineOf(files, shell) ?? -1)?.name;
}

/**
 * @throws Bq2Error `no-rootfs` if there is no shell below `root`, `wrong-arch` if it is for another machine.
 */
export function checkRootfsArch(files: Files, root: string, wanted: Arch, name: string): void {
  const found = shellArch(files, root);
  if (found === wanted) return;
  if (found === "no shell") {
    throw new Bq2Error(`Cannot use ${name} as a seed: it has no /bin/sh`, {
      code: "no-rootfs",
      hint: "give a whole root filesystem with a compiler, packed from its root (`bin`, `usr`, … at the top)",
    });
  }
  throw new Bq2Error(
    `Cannot use ${name} as a seed: its /bin/sh is ${found === undefined ? "no program for Linux that bq2 knows" : `for ${found}`}, wanted ${wanted}`,
    {
      code: "wrong-arch",
      hint: `give a root filesystem for ${wanted}, or name this one's architecture with --seed-arch`,
    },
  );
}

function machineOf(files: Files, path: string): number | undefined {
  const start = new Uint8Array(ElfStart.size);
  const fd = files.open(path, "read");
  try {
    if (files.read(fd, start, 0, start.length, 0) < start.length) return undefined;
  } finally {
    files.close(fd);
  }
  const header = ElfStart.decode(start);
  return String.fromCharCode(...header.magic) === ELF_MAGIC ? header.machine : undefined;
}

/**
 * The file that `path` names for a process whose root is `root`. Links are followed as in that process,
 * so an absolute link does not lead to the host's files. `undefined` if there is no file.
 */
export function findInRoot(files: Files, root: string, path: string): string | undefined {
  let wanted = path.split("/").filter((name) => name !== "");
  let reached = "";
  for (let links = 0; wanted.length > 0; ) {
    const next = resolvePath("/", `${reached}/${wanted[0]}`);
    wanted = wanted.slice(1);
    const status = files.status(`${root}${next}`);
    if (status === undefined) return undefined;
    if (status.kind === "symlink") {
      if (++links > MAXSYMLINKS) return undefined;
      const target = files.readLink(`${root}${next}`);
      if (target.startsWith("/")) reached = "";
      wanted = [...target.split("/").filter((name) => name !== ""), ...wanted];
    } else {
      if (status.kind !== "folder" && wanted.length > 0) return undefined;
      reached = next === "/" ? "" : next;
    }
  }
  return files.status(`${root}${reached}`)?.kind === "file" ? `${root}${reached}` : undefined;
}
