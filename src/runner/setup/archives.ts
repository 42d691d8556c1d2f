/** The coordinator step `download-sources`: puts pinned archives in the cache, and links in the workspace. */
import { canonicalJson } from "../../base/json.ts";
import { textDigest } from "../../kept/manifest.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import { makeFolders, removeTree } from "../../platform/files.ts";
import { isKept } from "../../sources/cache.ts";
import { fetchArchives } from "../../sources/fetch.ts";
import type { RunContext } from "../context/context.ts";
import { findPin } from "../context/keys.ts";
import type { StepWork } from "../context/work.ts";
import { fetchProgress } from "./fetch-progress.ts";

export function fetchWork(
  context: RunContext,
  action: Extract<CoordinatorAction, { kind: "fetch-sources" }>,
): StepWork {
  const { platform, workspace, plan } = context;
  const { files } = platform;
  const archives = action.pins.flatMap((name) => findPin(plan, name).archives);
  const key = textDigest(platform, canonicalJson(archives.map(({ sha256 }) => sha256)));
  return {
    key,
    isPresent: () => archives.every((archive) => isKept(platform, workspace.cache.root, archive)),
    stored: () => undefined,
    view: undefined,
    async make() {
      const progress = fetchProgress(context, archives);
      const fetched = await fetchArchives(archives, {
        platform,
        fetcher: context.fetcher,
        cache: workspace.cache.root,
        mirror: context.mirror,
        offline: context.offline,
        onEvent: progress.onEvent,
      }).finally(progress.end);
      makeFolders(files, workspace.sources);
      for (const { archive, path } of fetched) {
        const link = `${workspace.sources}/${archive.file}`;
        removeTree(files, link);
        files.symlink(path, link);
      }
      return { output: key };
    },
  };
}
