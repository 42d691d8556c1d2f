/** How the coordinator's own actions are carried out: one executor a kind. */
import { canonicalJson } from "../../base/json.ts";
import type { HostAction } from "../../plan/action.ts";
import { makeFolders, removeTree } from "../../platform/files.ts";
import { openSeed, prepareSeed } from "../../seeds/seed.ts";
import { archivePaths } from "../../sources/cache.ts";
import { fetchArchives } from "../../sources/fetch.ts";
import { imageWork, tarballWork } from "../artifacts/artifacts.ts";
import type { RunContext } from "../run/context.ts";
import { fetchProgress } from "../run/fetch-progress.ts";
import { textDigest } from "../store/manifest.ts";
import { findPin, sourceTreeKey } from "./keys.ts";
import { isStaged, ownTrees, stageOwnTree } from "./own-source.ts";
import { isUnpacked, unpackSource } from "./source-trees.ts";
import type { StepWork } from "./work.ts";

type HostExecutor<K extends HostAction["kind"]> = (
  context: RunContext,
  action: Extract<HostAction, { kind: K }>,
) => StepWork;

const EXECUTORS: { readonly [K in HostAction["kind"]]: HostExecutor<K> } = {
  "fetch-sources": fetchWork,
  "populate-seed": seedWork,
  "extract-sources": extractWork,
  "stage-source": stageWork,
  "pack-rootfs": tarballWork,
  "write-image": imageWork,
};

/** The work of one host action: its key, whether its result is there, and how it is made. */
export function hostStep(context: RunContext, action: HostAction): StepWork {
  const executor = EXECUTORS[action.kind] as (context: RunContext, action: HostAction) => StepWork;
  return executor(context, action);
}

function fetchWork(context: RunContext, action: Extract<HostAction, { kind: "fetch-sources" }>): StepWork {
  const { platform, workspace, plan } = context;
  const { files } = platform;
  const archives = action.pins.flatMap((name) => findPin(plan, name).archives);
  const key = textDigest(platform, canonicalJson(archives.map(({ sha256 }) => sha256)));
  const isThere = (archive: (typeof archives)[number]): boolean =>
    files.status(archivePaths(workspace.cache.root, archive).file)?.size === archive.size;
  return {
    key,
    isPresent: () => archives.every(isThere),
    stored: () => undefined,
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

function seedWork(context: RunContext, action: Extract<HostAction, { kind: "populate-seed" }>): StepWork {
  const { platform, workspace, plan } = context;
  const cache = workspace.cache.root;
  const key = textDigest(platform, canonicalJson({ ...action, arch: plan.seedArch }));
  return {
    key,
    isPresent: ({ output }) => openSeed(platform, cache, output) !== undefined,
    stored: () => undefined,
    async make() {
      const seed = await prepareSeed({
        platform,
        fetcher: context.fetcher,
        cache,
        mirror: context.mirror,
        offline: context.offline,
        name: action.seed,
        arch: plan.seedArch,
        packages: action.packages,
        sha256: context.seedSha256,
        digest: context.state().seedDigest ?? undefined,
        onProgress: (text) => context.log.info(`Seed ${action.seed}: ${text}`),
        onEvent: () => {},
      });
      context.log.info(`Seed ${action.seed} has digest ${seed.digest}`);
      context.update({ seedDigest: seed.digest });
      return { output: seed.digest };
    },
  };
}

function stageWork(context: RunContext): StepWork {
  const trees = ownTrees(context.platform, context.projectFolder);
  const digests = { bq2: trees.bq2.digest, "bq2-native": trees["bq2-native"].digest };
  const key = textDigest(context.platform, canonicalJson(digests));
  return {
    key,
    isPresent: () =>
      Object.values(trees).every(
        (tree) => isStaged(context, tree) && context.state().ownSource?.[tree.name] === tree.digest,
      ),
    stored: () => undefined,
    async make() {
      for (const tree of Object.values(trees)) if (!isStaged(context, tree)) stageOwnTree(context, tree);
      context.update({ ownSource: digests });
      return { output: key };
    },
  };
}

function extractWork(
  context: RunContext,
  action: Extract<HostAction, { kind: "extract-sources" }>,
): StepWork {
  const { platform, plan } = context;
  const pins = action.pins.map((name) => findPin(plan, name));
  const key = textDigest(platform, canonicalJson(pins.map((pin) => sourceTreeKey(platform, pin))));
  const areThere = (): boolean => pins.every((pin) => isUnpacked(context, pin));
  return {
    key,
    isPresent: areThere,
    stored: () => (areThere() ? key : undefined),
    async make() {
      for (const pin of pins) await unpackSource(context, pin);
      return { output: key };
    },
  };
}
