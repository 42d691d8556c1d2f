/** The program on Node: the host's. */
import { main, type World } from "../bq2.ts";
import { dirname } from "./base/path.ts";
import { nodePlatform } from "./platform/node/platform.ts";

/** Runs `name args…`; gives the exit code. */
export function mainOnNode(name: string, args: readonly string[]): Promise<number> {
  const platform = nodePlatform();
  const projectFolder = dirname(dirname(platform.host.self.at(-1) ?? "")); // the bundle is dist/bq2.js
  const world: World = {
    platform,
    program: `${projectFolder}/bin/bq2`,
    projectFolder,
    async surroundings() {
      const { DEFAULT_WORKDIR, workspaceAt } = await import("./runner/context/workspace.ts");
      const { nodeFetcher } = await import("./platform/node/fetch.ts");
      return {
        fetcher: nodeFetcher({ env: platform.host.env }),
        terminalProgress: platform.host.isTerminal
          ? (await import("./platform/node/progress.ts")).terminalProgress()
          : undefined,
        archives: undefined,
        loaderFolder: `${workspaceAt(platform, DEFAULT_WORKDIR).bq2Rootfs}/usr/lib/bq2/efi`,
        engineCommands: {
          async "efi-app-builder"() {
            const { efiAppBuilderCommand, makeByBuiltProgram } = await import(
              "./commands/efi-app-builder.ts"
            );
            return efiAppBuilderCommand(makeByBuiltProgram);
          },
        },
      };
    },
    applet: async () => undefined,
  };
  return main(world, name, args);
}
