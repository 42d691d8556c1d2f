/** The program on Node: the bundle, on the host. */
import { main, type World } from "../bq2.ts";
import { dirname } from "./base/path.ts";
import type { EvaluationRequest } from "./evaluation/evaluate.ts";
import { nodePlatform } from "./platform/node/platform.ts";

/** Runs `name args…` and returns the exit code. */
export function mainOnNode(name: string, args: readonly string[]): Promise<number> {
  const platform = nodePlatform();
  const projectFolder = dirname(dirname(platform.host.self.at(-1) ?? "")); // the bundle is dist/bq2.js
  const world: World = {
    platform,
    openReserve: () => {}, // Node ends without a report when it has no memory left
    async openContext() {
      const { openContext } = await import("./command-line/context.ts");
      const { DEFAULT_WORKDIR, workspaceAt } = await import("./runner/context/workspace.ts");
      const { nodeFetcher } = await import("./platform/node/fetch.ts");
      const installation = {
        platform,
        program: `${projectFolder}/bin/bq2`,
        projectFolder,
        fetcher: nodeFetcher({ env: platform.host.env }),
        archives: undefined,
        loaderFolder: `${workspaceAt(platform, DEFAULT_WORKDIR).bq2Rootfs}/usr/lib/bq2/efi`,
        evaluate: async (request: EvaluationRequest) => {
          const { evaluateOnNode } = await import("./evaluation/node/evaluate.ts");
          return evaluateOnNode(request);
        },
        engine: undefined,
      };
      if (!platform.host.isTerminal) return openContext(installation);
      const { terminalProgress } = await import("./platform/node/progress.ts");
      return openContext(installation, terminalProgress());
    },
    imageCommand: async () => undefined,
  };
  return main(world, name, args);
}
