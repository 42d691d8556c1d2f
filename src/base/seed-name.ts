/** What a seed's name alone says. A plan knows no more about its seed, and may depend on it. */
import { basename } from "./path.ts";

/** A file that every rootfs made by bq2 contains. */
export const OWN_ROOTFS_MARKER = "/.bq2-rootfs";

/**
 * Whether a release (`bq2-rootfs-0.1.0`), path or URL names a rootfs made by bq2. Such a rootfs has our own
 * toolchain, which need not be built again. Unpacking checks that the content is what the name says.
 */
export function isOwnRootfs(seed: string): boolean {
  return /^bq2-rootfs-\d/.test(basename(seed));
}

/** `0.1.0` of `bq2-rootfs-0.1.0`; undefined for any other name. */
export function releaseOf(seed: string): string | undefined {
  return /^bq2-rootfs-(\d+\.\d+\.\d+)$/.exec(seed)?.[1];
}

/** The seed name of one of our releases. It omits the architecture, which is in the plan. */
export function seedOfRelease(version: string): string {
  return `bq2-rootfs-${version}`;
}
