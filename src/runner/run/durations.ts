/**
 * How long steps took when they were last built on this machine. Durations determine only the order in which
 * steps start, never an output. Two simultaneous builds may lose each other's records, which is harmless: the
 * durations are estimates.
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
  return parseAs(DurationsSchema, readText(files, path), path, "remove the file and run again");
}

/** Records a duration. If the cache cannot be written, the duration is lost, but the build does not fail. */
export function noteDuration(platform: Platform, cache: Cache, id: string, seconds: number): void {
  const all = { ...loadDurations(platform, cache), [id]: seconds };
  try {
    makeFolders(platform.files, cache.root);
    writeFileAtomic(platform.files, cache.durations, prettyJson(all));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** An estimate: the step's last time, or its namesake's in another phase, or the usual one of its kind. */
export function expectedSeconds(known: Durations, phase: string, { name, build }: Step): number {
  const namesakes = Object.entries(known).filter(([id]) => id.endsWith(`/${name}`));
  return known[stepId(phase, name)] ?? namesakes[0]?.[1] ?? USUAL_SECONDS[build.kind];
}

/** Processor seconds of a typical step of each kind, for steps never built here. */
const USUAL_SECONDS: { readonly [K in Build["kind"]]: number } = {
  "configure-make": 60,
  "compile-list": 10,
  kbuild: 300,
  make: 30,
  actions: 10,
  coordinator: 10,
};
