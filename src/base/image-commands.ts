/**
 * The commands that `bq2` provides in an image. Each name is a link to `bq2`, and busybox leaves its own
 * command of that name out. `src/applets/table.ts` and `src/init/applets.ts` load the code, typed by these
 * names. Recipes read this file, so it imports nothing.
 */

export interface ImageCommand {
  /** Folder of the link. */
  readonly folder: string;
  /** Busybox's option for the command that this one replaces, without `CONFIG_`, if there is one. */
  readonly busybox?: string;
}

const BIN = "/usr/bin";
const SBIN = "/usr/sbin";

/** Tools, in `src/applets`. */
export const TOOLS = {
  tar: { folder: BIN, busybox: "TAR" },
  patch: { folder: BIN, busybox: "PATCH" },
  sha256sum: { folder: BIN, busybox: "SHA256SUM" },
  curl: { folder: BIN, busybox: "WGET" },
  "pkg-config": { folder: BIN },
  "sftp-server": { folder: "/usr/libexec" }, // dropbear starts it there (`pkgs/dropbear/`)
} as const satisfies { readonly [name: string]: ImageCommand };

/** Process 1 and the commands that talk to it, in `src/init`. */
export const INIT_COMMANDS = {
  init: { folder: SBIN, busybox: "INIT" },
  halt: { folder: SBIN, busybox: "HALT" },
  poweroff: { folder: SBIN, busybox: "POWEROFF" },
  reboot: { folder: SBIN, busybox: "REBOOT" },
  "dhcp-client": { folder: SBIN, busybox: "UDHCPC" },
} as const satisfies { readonly [name: string]: ImageCommand };

export type ToolName = keyof typeof TOOLS;
export type InitCommandName = keyof typeof INIT_COMMANDS;
