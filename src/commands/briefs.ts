/** What each command does, in a line: here, so that the help loads no command. Some are one engine's only. */
export const BRIEFS = {
  build: "Build everything: the rootfs tarball and the disk image",
  boot: "Boot an image under QEMU, its serial console on the terminal",
  sysroot: "Build everything up to the rootfs tarball",
  "sysroot-builder": "Lay out the workspace and write the build plan",
  "sysroot-runner": "Run the build plan: everything, one phase, or named steps",
  "sysroot-status": "Say where the build stands",
  "sysroot-namespace": "A shell or a command in a rootfs, without root",
  "sysroot-builder-overrides": "Write what today's code plans otherwise as overrides",
  "sysroot-tarball": "Write the tarball again from the built rootfs",
  image: "A disk image from any rootfs and kernel",
  sources: "The pinned archives: list, fetch, verify",
  verify: "Prove that a build is clean, or that two are equal",
  report: "Say where a build's time and disk went",
  "kernel-config": "Show the kernel's configuration: what each fragment sets, and why",
  doctor: "Say what this machine lacks, with the fix for each gap",
  "efi-app-builder": "A UEFI application from a TypeScript program",
  program: "Compile this program anew from its source",
  run: "Run a TypeScript program",
  check: "Check the types of a TypeScript project",
  prompt: "A TypeScript prompt",
} as const;

export type CommandName = keyof typeof BRIEFS;
