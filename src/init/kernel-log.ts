/**
 * Process 1 writes its messages to the kernel's log, which keeps them (dmesg) and shows errors on every
 * console, whatever runs there.
 */
import { encodeUtf8 } from "../base/text.ts";
import type { Platform } from "../platform/platform.ts";

export interface KernelLog {
  info(message: string): void;
  warn(message: string): void;
  /** Also shown on the consoles: the kernel's `quiet` lets errors through. */
  error(message: string): void;
}

/** Documentation/ABI/testing/dev-kmsg: `<priority>text`; priorities as in syslog(2). */
const DEVICE = "/dev/kmsg";
const PRIORITY = { info: 6, warn: 4, error: 3 } as const;

/** Never throws: without the device, messages go to standard error. */
export function kernelLog({ files, host }: Platform): KernelLog {
  const write = (priority: number, message: string): void => {
    try {
      const fd = files.open(DEVICE, "update");
      try {
        files.write(fd, encodeUtf8(`<${priority}>bq2: ${message}\n`), null);
      } finally {
        files.close(fd);
      }
    } catch {
      tryTo(() => host.writeError(`bq2: ${message}\n`));
    }
  };
  return {
    info: (message) => write(PRIORITY.info, message),
    warn: (message) => write(PRIORITY.warn, message),
    error: (message) => write(PRIORITY.error, message),
  };
}

function tryTo(body: () => void): void {
  try {
    body();
  } catch {
    // there is nowhere left to report it
  }
}
