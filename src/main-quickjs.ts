/** The program on QuickJS: inside the image, from process 1 to the build. */
import { main, type World } from "../bq2.ts";
import { basename, dirname } from "./base/path.ts";
import type { EfiKit } from "./commands/efi-app-builder.ts";
import { quickjsEngine } from "./engine-quickjs.ts";
import { INIT_APPLETS } from "./init/applets.ts";
import type { Fetcher } from "./platform/platform.ts";
import { quickjsPlatform } from "./platform/quickjs/platform.ts";
import { libraryBeside } from "./program/compiler.ts";

/** Where the image has this program's source; from source (`native/bootstrap.mjs`) it is where that lies. */
const OWN_SOURCE = "/workspace/bq2";

const OWN_ARCHIVES = "/workspace/sources";

const platform = quickjsPlatform();
const [program = "bq2"] = platform.host.self;
const name = basename(platform.host.argv[0] ?? "bq2");
const isFromSource = import.meta.url.startsWith("/");
const projectFolder = isFromSource ? dirname(dirname(import.meta.url)) : OWN_SOURCE;
const packages = platform.host.env.NODE_PATH ?? `${projectFolder}/node_modules`;
const installed = libraryBeside(program);
const engine = quickjsEngine({
  installed,
  source: isFromSource ? { project: projectFolder, packages } : undefined,
});

const efiKit: EfiKit = {
  ...engine,
  bindings: isFromSource ? `${projectFolder}/src` : `${installed}/efi/src`,
  runtime: (arch) => `${installed}/efi/runtime-${arch}`,
};

async function openFetcher(): Promise<Fetcher> {
  const { httpFetcher } = await import("./network/http-fetcher.ts");
  const { quickjsNetwork } = await import("./platform/quickjs/network.ts");
  return httpFetcher({ platform, network: quickjsNetwork });
}

const world: World = {
  platform,
  program,
  projectFolder,
  async surroundings() {
    const script = async () => (await import("./commands/script.ts")).scriptCommands(engine);
    return {
      fetcher: {
        get: async (url, headers) => (await openFetcher()).get(url, headers),
        close: async () => {},
      },
      terminalProgress: undefined,
      archives: platform.files.status(OWN_ARCHIVES) === undefined ? undefined : OWN_ARCHIVES,
      loaderFolder: `${installed}/efi`,
      engineCommands: {
        async "efi-app-builder"() {
          const { efiAppBuilderCommand, makeEfiApp } = await import("./commands/efi-app-builder.ts");
          return efiAppBuilderCommand((context, flags) => makeEfiApp(context, flags, efiKit));
        },
        async program() {
          const { programCommand } = await import("./commands/program.ts");
          return programCommand(engine);
        },
        run: async () => (await script()).run,
        check: async () => (await script()).check,
        prompt: async () => (await script()).prompt,
      },
    };
  },
  async applet(called) {
    const load = Object.hasOwn(INIT_APPLETS, called) ? INIT_APPLETS[called] : undefined;
    if (load !== undefined) {
      const applet = await load();
      return (args) => applet(platform, args);
    }
    const { findApplet } = await import("./applets/table.ts");
    return findApplet(called, async () => {
      const { quickjsNetwork } = await import("./platform/quickjs/network.ts");
      return { platform, network: quickjsNetwork, stdin: 0, stdout: 1 };
    });
  },
};

const code = await main(world, isFromSource ? "bq2" : name, platform.host.argv.slice(1));
engine.exit(code);
