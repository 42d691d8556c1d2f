/** The commands, by the names they are called by. Nothing is loaded that is not called. */
import type { Applet, AppletContext } from "./applet.ts";

export const APPLETS: { readonly [name: string]: () => Promise<Applet> } = {
  curl: async () => (await import("./curl/curl.ts")).curl,
  patch: async () => (await import("./patch/patch.ts")).patch,
  "pkg-config": async () => (await import("./pkg-config/pkg-config.ts")).pkgConfig,
  sha256sum: async () => (await import("./sha256sum/sha256sum.ts")).sha256sum,
  tar: async () => (await import("./tar/tar.ts")).tar,
};

/** The command `name`, ready to be given its arguments; `undefined` where there is none. */
export async function findApplet(
  name: string,
  context: () => Promise<AppletContext>,
): Promise<((args: readonly string[]) => Promise<number>) | undefined> {
  const load = Object.hasOwn(APPLETS, name) ? APPLETS[name] : undefined;
  if (load === undefined) return undefined;
  const { runApplet } = await import("./applet.ts");
  const applet = await load();
  return async (args) => runApplet(name, applet, await context(), args);
}
