/** The image's platform: QuickJS with the runtime of `native/`. Each part is a file of its own beside this one. */
import type { Platform } from "./platform.ts";
import { quickjsBulk } from "./quickjs-bulk.ts";
import { quickjsKernel } from "./quickjs-call.ts";
import { quickjsFiles } from "./quickjs-files.ts";
import { quickjsClock, quickjsHost } from "./quickjs-host.ts";
import { startLoop } from "./quickjs-loop.ts";
import { quickjsProcesses } from "./quickjs-processes.ts";
import { ignoreBrokenPipes } from "./quickjs-signals.ts";

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
