/** The phases that a plan may have, in the order in which they run. No profile has all of them. */
export const PHASE_NAMES = [
  "host-setup",
  "tools-from-seed",
  "sysroot-from-seed",
  "rootfs-from-sysroot",
  "system-from-sysroot",
  "finalize-rootfs",
  "image",
] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** The phase that writes the disk image. It comes after everything else, and a build may leave it out. */
export const IMAGE_PHASE = "image" satisfies PhaseName;
