/** The coordinator step `populate-seed`, and access to the seed that it laid out. */
import { Bq2Error } from "../../base/error.ts";
import { canonicalJson } from "../../base/json.ts";
import { textDigest } from "../../kept/manifest.ts";
import type { CoordinatorAction } from "../../plan/action.ts";
import type { Seed } from "../../seeds/resolved-seed.ts";
import { prepareSeed, soundSeed } from "../../seeds/seed.ts";
import { type RunContext, requireSeed } from "../context/context.ts";
import type { StepWork } from "../context/work.ts";

export function seedWork(
  context: RunContext,
  action: Extract<CoordinatorAction, { kind: "populate-seed" }>,
): StepWork {
  const { platform, workspace, plan } = context;
  const cache = workspace.cache.root;
  return {
    key: textDigest(platform, canonicalJson({ ...action, arch: plan.seedArch })),
    isPresent: ({ output }) => soundSeed(platform, cache, output, context.log.warn) !== undefined,
    stored: () => undefined,
    view: undefined,
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
        onDamage: context.log.warn,
        onEvent: () => {},
      });
      context.log.info(`Seed ${action.seed} has digest ${seed.digest}`);
      context.update({ seedDigest: seed.digest });
      return { output: seed.digest };
    },
  };
}

/** The seed. Throws Bq2Error `need-missing` before it is laid out, `seed-changed` if its files are gone. */
export function requireOpenSeed(context: RunContext): Seed {
  const digest = requireSeed(context);
  const { root } = context.workspace.cache;
  const seed = soundSeed(context.platform, root, digest, context.log.warn);
  if (seed !== undefined) return seed;
  throw new Bq2Error(`Cannot enter the seed ${digest.slice(0, 12)}…: it is no longer in ${root}`, {
    code: "seed-changed",
    hint: "run bq2 sysroot-runner --phase host-setup, which lays it out again",
  });
}
