/** The host's platform: Node ≥ 20 on Linux. Each part is a file of its own beside this one. */
import { nodeBulk } from "./node-bulk.ts";
import { nodeFiles } from "./node-files.ts";
import { nodeClock, nodeHost } from "./node-host.ts";
import { nodeKernel } from "./node-libc.ts";
import { nodeProcesses } from "./node-processes.ts";
import type { Platform } from "./platform.ts";

export function nodePlatform(): Platform {
  return {
    host: nodeHost(),
    clock: nodeClock,
    files: nodeFiles,
    processes: nodeProcesses,
    bulk: nodeBulk,
    kernel: nodeKernel,
  };
}
