/** The program on QuickJS, inside the image: from process 1 to whole builds. */
import { main, type World } from "../bq2.ts";
import { basename, dirname } from "./base/path.ts";
import { quickjsEngine } from "./engine-quickjs.ts";
import { findInitApplet } from "./init/applets.ts";
import type { Fetcher } from "./platform/network.ts";
import { openReserve, quickjsPlatform } from "./platform/quickjs/platform.ts";
import { libraryBeside } from "./program/compiler.ts";

/**
 * This program's source in the image. A program that runs from source (`native/bootstrap.mjs`) is its own
 * source.
 */
const SOURCE_IN_IMAGE = "/workspace/bq2";

const OWN_ARCHIVES = "/workspace/sources";

const platform = quickjsPlatform();
const [program = "bq2"] = platform.host.self;
const name = basename(platform.host.argv[0] ?? "bq2");
const isFromSource = import.meta.url.startsWith("/");
const projectFolder = isFromSource ? dirname(dirname(import.meta.url)) : SOURCE_IN_IMAGE;
const packages = platform.host.env.NODE_PATH ?? `${projectFolder}/node_modules`;
const installed = libraryBeside(program);
const engine = quickjsEngine({
  installed,
  source: isFromSource ? { project: projectFolder, packages } : undefined,
});

async function openFetcher(): Promise<Fetcher> {
  const { httpFetcher } = await import("./network/http-fetcher.ts");
  const { quickjsNetwork } = await import("./platform/quickjs/network.ts");
  return httpFetcher({ platform, network: quickjsNetwork });
}

const world: World = {
  platform,
  openReserve,
  async openContext() {
    const { openContext } = await import("./command-line/context.ts");
    return openContext({
      platform,
      program,
      projectFolder,
      fetcher: {
        get: async (url, headers) => (await openFetcher()).get(url, headers),
        close: async () => {},
      },
      archives: platform.files.status(OWN_ARCHIVES) === undefined ? undefined : OWN_ARCHIVES,
      loaderFolder: `${installed}/efi`,
      evaluate: undefined,
      engine: {
        ...engine,
        efiBindings: isFromSource ? `${projectFolder}/src` : `${installed}/efi/src`,
        efiRuntime: (arch) => `${installed}/efi/runtime-${arch}`,
      },
    });
  },
  async imageCommand(called) {
    const initApplet = await findInitApplet(called);
    if (initApplet !== undefined) return (args) => initApplet(platform, args);
    const { APPLETS, findApplet } = await import("./applets/table.ts");
    return findApplet(APPLETS, called, async () => {
      const { quickjsNetwork } = await import("./platform/quickjs/network.ts");
      return { platform, network: quickjsNetwork, stdin: 0, stdout: 1 };
    });
  },
};

const code = await main(world, isFromSource ? "bq2" : name, platform.host.argv.slice(1));
engine.exit(code);
