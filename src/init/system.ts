/**
 * The running system on one page: the steps of its boot, in order, and the programs that process 1 keeps
 * running. The kernel has mounted / and /dev before.
 */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../platform/linux-abi.ts";
import type { BootStep, BootWork, BootWorkOf } from "./boot-step.ts";

/** Every console shows this line when the system is up; tests wait for it. */
export const READY_MARKER = "bq2: ready";

/** Where Linux shows the firmware's variables (Documentation/filesystems/efivarfs.rst). */
export const EFI_VARIABLES = "/sys/firmware/efi/efivars";

const NOTHING_SPECIAL = MS_NOSUID | MS_NODEV;

export const BOOT_STEPS: readonly BootStep[] = [
  needed("process information and kernel settings", mount("proc", "/proc", NOTHING_SPECIAL | MS_NOEXEC)),
  needed("lists of devices and consoles", mount("sysfs", "/sys", NOTHING_SPECIAL | MS_NOEXEC)),
  wanted("a crash of the kernel or of process 1 restarts the machine instead of hanging it", {
    kind: "setting",
    path: "/proc/sys/kernel/panic",
    value: "10", // seconds: time to read the screen
  }),
  wanted("the firmware's variables, and the boot loader's about this boot, on machines with UEFI", {
    ...mount("efivarfs", EFI_VARIABLES, NOTHING_SPECIAL | MS_NOEXEC),
    isOptional: true,
  }),
  wanted("Ctrl-Alt-Del restarts in good order, not at once", { kind: "ctrl-alt-del" }),
  needed("a read-only disk is noticed now, not when work is lost", { kind: "writable", path: "/" }),
  wanted(
    "a supervisor can contain a build and all its processes",
    mount("cgroup2", "/sys/fs/cgroup", NOTHING_SPECIAL | MS_NOEXEC),
  ),
  wanted("mount point", { kind: "folder", path: "/dev/pts", mode: 0o755 }),
  wanted(
    "pseudo-terminals, owned by group tty (5)",
    mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666"),
  ),
  wanted("mount point", { kind: "folder", path: "/dev/shm", mode: 0o755 }),
  wanted("POSIX shared memory", mount("tmpfs", "/dev/shm", NOTHING_SPECIAL, "mode=1777")),
  wanted("`<(command)` of shells", { kind: "link", path: "/dev/fd", target: "/proc/self/fd" }),
  wanted("programs that want a name for it", { kind: "link", path: "/dev/stdin", target: "/proc/self/fd/0" }),
  wanted("programs that want a name for it", {
    kind: "link",
    path: "/dev/stdout",
    target: "/proc/self/fd/1",
  }),
  wanted("programs that want a name for it", {
    kind: "link",
    path: "/dev/stderr",
    target: "/proc/self/fd/2",
  }),
  needed("state that ends with the boot", mount("tmpfs", "/run", NOTHING_SPECIAL, "mode=755")),
  needed("temporary files", mount("tmpfs", "/tmp", NOTHING_SPECIAL, "mode=1777")),
  wanted("the prompt and the network show it", { kind: "hostname", from: "/etc/hostname" }),
  wanted("new files are not older than the system's, which have the time of its sources", {
    kind: "clock",
    notBefore: "/etc/os-release",
  }),
  wanted("127.0.0.1", { kind: "interface-up", name: "lo" }),
];

function needed(why: string, work: BootWork): BootStep {
  return { ...work, why, needed: true };
}

function wanted(why: string, work: BootWork): BootStep {
  return { ...work, why, needed: false };
}

function mount(type: string, target: string, flags: number, options = ""): BootWorkOf<"mount"> {
  return { kind: "mount", type, target, flags, options, isOptional: false };
}

/** The whole environment of the programs that process 1 starts. */
export const ENVIRONMENT = {
  HOME: "/root",
  LOGNAME: "root",
  PATH: "/usr/sbin:/usr/bin",
  SHELL: "/bin/sh",
  USER: "root",
} as const;

/** The programs for a console, by name on the kernel's command line (`bq2.console=`). */
export const CONSOLE_PROGRAMS = {
  prompt: ["/usr/bin/bq2", "prompt"],
  shell: ["/bin/sh", "-l"],
} as const;

export type ConsoleProgram = keyof typeof CONSOLE_PROGRAMS;

export const DEFAULT_CONSOLE_PROGRAM: ConsoleProgram = "prompt";
