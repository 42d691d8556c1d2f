/**
 * The image's platform: QuickJS with the runtime of `native/`. The other files of this folder are its parts.
 */
import { syscall } from "bq2:native";
import type { Kernel, Platform } from "../platform.ts";
import { quickjsBulk } from "./bulk.ts";
import { nameWord } from "./call.ts";
import { fork } from "./exec.ts";
import { quickjsFiles } from "./files.ts";
import { quickjsClock, quickjsHost } from "./host.ts";
import { startLoop, waitReadable } from "./loop.ts";
import { quickjsProcesses } from "./processes.ts";
import { ignoreBrokenPipes } from "./signals.ts";

export { openReserve } from "bq2:native";

const quickjsKernel: Kernel = {
  syscall: (number, ...args) =>
    syscall(number, ...args.map((word) => (typeof word === "string" ? nameWord("pass", word) : word))),
  fork,
  waitReadable,
};

export function quickjsPlatform(): Platform {
  startLoop();
  ignoreBrokenPipes();
  return {
    host: quickjsHost(),
    clock: quickjsClock,
    files: quickjsFiles,
    processes: quickjsProcesses,
    bulk: quickjsBulk,
    kernel: quickjsKernel,
  };
}
