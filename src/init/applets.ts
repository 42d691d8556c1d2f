/** Programs of this folder, by the names that they are called by. Each loads its code when it is called. */
import type { Platform } from "../platform/platform.ts";
import type { Ending } from "./endings.ts";

/** Gives the exit code. */
export type Applet = (platform: Platform, args: readonly string[]) => Promise<number>;

export const INIT_APPLETS: { readonly [name: string]: () => Promise<Applet> } = {
  /** udhcpc's own name for what it calls (`/usr/share/udhcpc/default.script`). */
  "default.script": async () => (await import("./dhcp-event.ts")).dhcpEvent,
  halt: () => power("halt"),
  init: async () => (await import("./init.ts")).init,
  poweroff: () => power("power-off"),
  reboot: () => power("restart"),
};

async function power(ending: Ending): Promise<Applet> {
  const { askFor } = await import("./power.ts");
  return (platform, args) => askFor(platform, ending, args);
}
