/** Waiting for a lock that another process holds. */
import type { FileLock, Platform } from "./platform.ts";

const POLL_SECONDS = 0.5;

/** The lock at `path`, as soon as nobody else holds it. */
export async function takeLock({ files, clock }: Platform, path: string): Promise<FileLock> {
  for (;;) {
    const lock = files.tryLock(path);
    if (lock !== undefined) return lock;
    await clock.sleep(POLL_SECONDS);
  }
}
