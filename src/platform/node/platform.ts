/** The host's platform: Node ≥ 20 on Linux. The other files of this folder are its parts. */
import type { Platform } from "../platform.ts";
import { nodeBulk } from "./bulk.ts";
import { nodeFiles } from "./files.ts";
import { nodeClock, nodeHost } from "./host.ts";
import { nodeKernel } from "./libc.ts";
import { nodeProcesses } from "./processes.ts";

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
