/** How the machine can be shut down, and which signals request it. */
import {
  LINUX_REBOOT_CMD_HALT,
  LINUX_REBOOT_CMD_POWER_OFF,
  LINUX_REBOOT_CMD_RESTART,
} from "../platform/linux-abi.ts";

export type Ending = "power-off" | "restart" | "halt";

export interface EndingFacts {
  /** The signal to process 1 that requests it, the same as for busybox's init. */
  readonly signal: string;
  /** The command for reboot(2). */
  readonly command: number;
  readonly message: string;
}

export const ENDINGS: { readonly [E in Ending]: EndingFacts } = {
  "power-off": { signal: "SIGUSR2", command: LINUX_REBOOT_CMD_POWER_OFF, message: "powering off" },
  restart: { signal: "SIGTERM", command: LINUX_REBOOT_CMD_RESTART, message: "restarting" },
  halt: { signal: "SIGUSR1", command: LINUX_REBOOT_CMD_HALT, message: "halting" },
};

/**
 * What process 1 does at a signal: those of the table, Ctrl-Alt-Del (SIGINT), and a power failure (SIGPWR).
 */
export const ENDING_OF_SIGNAL: { readonly [signal: string]: Ending } = {
  ...Object.fromEntries(
    (Object.keys(ENDINGS) as Ending[]).map((ending) => [ENDINGS[ending].signal, ending] as const),
  ),
  SIGINT: "restart",
  SIGPWR: "power-off",
};
