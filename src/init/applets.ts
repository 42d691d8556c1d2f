/**
 * Process 1 and the commands that talk to it. A command's code is loaded only when the command is called.
 */
import type { InitCommandName } from "../base/image-commands.ts";
import type { Platform } from "../platform/platform.ts";
import type { Ending } from "./endings.ts";

/** Runs the command and returns its exit code. */
export type Applet = (platform: Platform, args: readonly string[]) => Promise<number>;

export const INIT_APPLETS: { readonly [name in InitCommandName]: () => Promise<Applet> } = {
  "dhcp-client": async () => (await import("../network/dhcp/run.ts")).dhcpClient,
  halt: () => power("halt"),
  init: async () => (await import("./init.ts")).init,
  poweroff: () => power("power-off"),
  reboot: () => power("restart"),
};

/** The init command `name`, or undefined. */
export async function findInitApplet(name: string): Promise<Applet | undefined> {
  return Object.hasOwn(INIT_APPLETS, name) ? INIT_APPLETS[name as InitCommandName]() : undefined;
}

async function power(ending: Ending): Promise<Applet> {
  const { askFor } = await import("./power.ts");
  return (platform, args) => askFor(platform, ending, args);
}
