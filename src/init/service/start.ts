/** The services of a running machine, from boot to shutdown. */
import { describeError } from "../../base/error.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Service } from "../../system/description.ts";
import type { KernelLog } from "../kernel-log.ts";
import { serveRequests } from "./control.ts";
import { Machine } from "./machine.ts";
import { ServiceManager } from "./manager.ts";

export interface RunningServices {
  /** Stops all of them in reverse order, and closes their logs. Never throws. */
  stop(): Promise<void>;
}

export const NO_SERVICES: RunningServices = { stop: async () => {} };

/** Starts services, and answers commands about them. Never throws. */
export function startServices(
  platform: Platform,
  log: KernelLog,
  services: readonly Service[],
): RunningServices {
  const machine = new Machine(platform, (error) => log.error(`reading output: ${describeError(error)}`));
  const manager = new ServiceManager(machine, platform.clock, log, services);
  serveRequests(platform, manager, log).catch((error: unknown) =>
    log.error(`commands cannot reach process 1: ${describeError(error)}`),
  );
  manager.start();
  return {
    async stop() {
      await manager.shutDown();
      machine.finishLogs();
    },
  };
}
