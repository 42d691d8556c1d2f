/** `init`: the program that the kernel starts as process 1. */
import { Bq2Error } from "../base/error.ts";
import type { Platform } from "../platform/platform.ts";
import { runProcess1 } from "./process1.ts";

/** Never resolves. Throws Bq2Error `not-process-1` if anything but the kernel has started it. */
export function init(platform: Platform): Promise<number> {
  const { pid } = platform.host;
  if (pid === 1) return runProcess1(platform);
  throw new Bq2Error(`Cannot be init: this is process ${pid}, and init is process 1`, {
    code: "not-process-1",
    hint: "poweroff, reboot and halt talk to the running init",
  });
}
