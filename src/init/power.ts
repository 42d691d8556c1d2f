/** `poweroff`, `reboot` and `halt`: ask process 1 to shut down in good order. */
import { systemCall } from "../linux/syscalls.ts";
import { SIGNALS } from "../platform/linux-abi.ts";
import type { Platform } from "../platform/platform.ts";
import { ENDINGS, type Ending } from "./endings.ts";
import { endMachine } from "./shutdown.ts";

const USAGE_ERROR = 2;

/** Returns the exit code. `-f`: flushes the disks and ends at once, without process 1. */
export async function askFor(platform: Platform, ending: Ending, args: readonly string[]): Promise<number> {
  const [flag, ...rest] = args;
  if (rest.length > 0 || (flag !== undefined && flag !== "-f")) {
    platform.host.writeError("usage: halt|poweroff|reboot [-f]  (-f: at once, without asking process 1)\n");
    return USAGE_ERROR;
  }
  if (flag === "-f") {
    systemCall(platform, { name: "sync", action: "flush", what: "the disks" });
    endMachine(platform, ending);
  }
  const { signal } = ENDINGS[ending];
  const call = { name: "kill", action: `send ${signal} to`, what: "process 1" } as const;
  systemCall(platform, call, 1, SIGNALS[signal] ?? 0);
  return 0;
}
