/** What a seed's name says by itself: a plan knows no more of its seed, and may differ by it. */
import { basename } from "./path.ts";

/** The file that every rootfs of ours has. */
export const OWN_ROOTFS_MARKER = "/.bq2-rootfs";

/**
 * True for a rootfs that `bq2` made, by release (`bq2-rootfs-0.1.0`), path or URL: it has our own toolchain, which need not
 * be built again. Whether the file is what it is called is seen when it is unpacked.
 */
export function isOwnRootfs(seed: string): boolean {
  return /^bq2-rootfs-\d/.test(basename(seed));
}

/** `0.1.0` of `bq2-rootfs-0.1.0`; undefined for any other name. */
export function releaseOf(seed: string): string | undefined {
  return /^bq2-rootfs-(\d+\.\d+\.\d+)$/.exec(seed)?.[1];
}

/** The name of one of our own releases as a seed, without its architecture: the plan has that. */
export function seedOfRelease(version: string): string {
  return `bq2-rootfs-${version}`;
}
