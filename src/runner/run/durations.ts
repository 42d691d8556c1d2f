/**
 * How long steps took when they were last built on this machine. Only the order in which steps begin goes by it; no
 * output does. Two builds at once may each lose what the other has noted: it is a guess either way.
 */
import * as v from "valibot";
import { prettyJson } from "../../base/json.ts";
import type { Build } from "../../plan/build.ts";
import { parseAs } from "../../plan/parse.ts";
import { type Step, stepId } from "../../plan/plan.ts";
import { makeFolders, readText, writeFileAtomic } from "../../platform/files.ts";
import { type Platform, SystemError } from "../../platform/platform.ts";
import type { Cache } from "../context/workspace.ts";

/** Processor seconds by `phase/step`. */
const DurationsSchema = v.record(v.string(), v.number());
export type Durations = v.InferOutput<typeof DurationsSchema>;

export function loadDurations({ files }: Platform, { durations: path }: Cache): Durations {
  if (files.status(path) === undefined) return {};
  return parseAs(DurationsSchema, readText(files, path), path, "remove that file and run again");
}

/** Where the cache takes nothing, as one that may only be read, the guess is lost: a build does not fail for that. */
export function noteDuration(platform: Platform, cache: Cache, id: string, seconds: number): void {
  const all = { ...loadDurations(platform, cache), [id]: seconds };
  try {
    makeFolders(platform.files, cache.root);
    writeFileAtomic(platform.files, cache.durations, prettyJson(all));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** What the step will take: as last time, else as its namesake of another phase did, else as is usual for its kind. */
export function expectedSeconds(known: Durations, phase: string, { name, build }: Step): number {
  const namesakes = Object.entries(known).filter(([id]) => id.endsWith(`/${name}`));
  return known[stepId(phase, name)] ?? namesakes[0]?.[1] ?? USUAL_SECONDS[build.kind];
}

/** Processor seconds of a typical step of that kind, for what was never built here. */
const USUAL_SECONDS: { readonly [K in Build["kind"]]: number } = {
  "configure-make": 60,
  "compile-list": 10,
  kbuild: 300,
  make: 30,
  actions: 10,
  coordinator: 10,
};
