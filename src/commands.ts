/**
 * The commands of `bq2`, one entry each, in the order of the help: what a command does, and the file that
 * defines it. The help needs only this table; a command's code is loaded when the command is called.
 */
import type { CommandTable } from "./command-line/command.ts";

export const COMMANDS: CommandTable = {
  build: {
    brief: "Build everything: the rootfs tarball and the disk image",
    load: () => import("./commands/build.ts"),
  },
  new: {
    brief: "Make a folder with a system to start from",
    load: () => import("./commands/new.ts"),
  },
  system: {
    brief: "Show a system's values, or how two systems differ",
    load: () => import("./commands/system/system.ts"),
  },
  boot: {
    brief: "Boot an image under QEMU, with its serial console on the terminal",
    load: () => import("./commands/boot.ts"),
  },
  sysroot: {
    brief: "Build everything up to the rootfs tarball",
    load: () => import("./commands/sysroot/sysroot.ts"),
  },
  "sysroot-builder": {
    brief: "Lay out the workspace and write the build plan",
    load: () => import("./commands/sysroot/builder.ts"),
  },
  "sysroot-runner": {
    brief: "Run the build plan: everything, one phase, or named steps",
    load: () => import("./commands/sysroot/runner.ts"),
  },
  "sysroot-status": {
    brief: "Show how far the build is",
    load: () => import("./commands/sysroot/status.ts"),
  },
  "sysroot-namespace": {
    brief: "Run a shell or a command in a rootfs, without root",
    load: () => import("./commands/sysroot/namespace.ts"),
  },
  "sysroot-builder-overrides": {
    brief: "Write what today's code plans differently as overrides",
    load: () => import("./commands/sysroot/builder-overrides.ts"),
  },
  "sysroot-tarball": {
    brief: "Write the tarball again from the built rootfs",
    load: () => import("./commands/sysroot/tarball.ts"),
  },
  image: {
    brief: "Write a disk image from any rootfs and kernel",
    load: () => import("./commands/image.ts"),
  },
  sources: {
    brief: "List, fetch or verify the pinned archives",
    load: () => import("./commands/sources.ts"),
  },
  verify: {
    brief: "Prove that a build is clean, or that two builds are equal",
    load: () => import("./commands/verify/verify.ts"),
  },
  "kernel-config": {
    brief: "Show the kernel's configuration: what each fragment sets, and why",
    load: () => import("./commands/kernel-config.ts"),
  },
  timings: {
    brief: "Show where a build's time and disk space went",
    load: () => import("./commands/timings.ts"),
  },
  doctor: {
    brief: "List what this machine lacks, with a fix for each gap",
    load: () => import("./commands/doctor.ts"),
  },
  services: {
    brief: "List the services of this machine: state, process, restarts, last exit",
    load: () => import("./commands/services.ts"),
  },
  service: {
    brief: "Start, stop or restart a service of this machine",
    load: () => import("./commands/service.ts"),
  },
  logs: {
    brief: "Show what the services of this machine have written",
    load: () => import("./commands/logs.ts"),
  },
  "efi-app-builder": {
    brief: "Build a UEFI application from a TypeScript program",
    load: () => import("./commands/efi-app-builder.ts"),
  },
  program: {
    brief: "Compile this program again from its source",
    needsEngine: true,
    load: () => import("./commands/program.ts"),
  },
  run: { brief: "Run a TypeScript program", needsEngine: true, load: () => import("./commands/run.ts") },
  check: {
    brief: "Check the types of a TypeScript project",
    needsEngine: true,
    load: () => import("./commands/check.ts"),
  },
  prompt: {
    brief: "Open a TypeScript prompt",
    needsEngine: true,
    load: () => import("./commands/prompt.ts"),
  },
};
