/** The code of each tool in the image. A tool's code is loaded when the tool is called. */
import type { ToolName } from "../base/image-commands.ts";
import type { Applet, AppletContext } from "./applet.ts";

export type AppletTable = { readonly [name: string]: () => Promise<Applet> };

export const APPLETS: { readonly [name in ToolName]: () => Promise<Applet> } = {
  curl: async () => (await import("./curl/curl.ts")).curl,
  patch: async () => (await import("./patch/patch.ts")).patch,
  "pkg-config": async () => (await import("./pkg-config/pkg-config.ts")).pkgConfig,
  "sftp-server": async () => (await import("./sftp-server/sftp-server.ts")).sftpServer,
  sha256sum: async () => (await import("./sha256sum/sha256sum.ts")).sha256sum,
  tar: async () => (await import("./tar/tar.ts")).tar,
};

/** The tool `name`, ready to run with its arguments; `undefined` if the table has none of that name. */
export async function findApplet(
  table: AppletTable,
  name: string,
  context: () => Promise<AppletContext>,
): Promise<((args: readonly string[]) => Promise<number>) | undefined> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (load === undefined) return undefined;
  const { runApplet } = await import("./applet.ts");
  const applet = await load();
  return async (args) => runApplet(name, applet, await context(), args);
}
