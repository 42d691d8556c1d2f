/**
 * Overrides: changes to a plan that leave the plan's file untouched. An overrides file mirrors the plan:
 * `phases` by name, in each `steps` by name, in each any field of the step. A plain value replaces the
 * plan's. For a list, `{ "append": [...] }` or `{ "prepend": [...] }` adds to it. In `env` and `owners`, null
 * removes a key. `remove` and `add` change a phase's list of steps.
 *
 * @example
 * { "format": "bq2-overrides/1",
 *   "phases": { "rootfs-from-sysroot": {
 *     "steps": { "busybox": {
 *       "env": { "V": "1" },
 *       "build": { "make": { "flags": { "append": ["V=1"] } } } } },
 *     "remove": ["etc"] } } }
 */
import * as v from "valibot";
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";
import { type Phase, PhaseSchema, type Plan, type Step, StepSchema } from "./plan.ts";

export const OVERRIDES_FORMAT = "bq2-overrides/1";

const Fields = v.record(v.string(), v.unknown());

export const PhaseOverrideSchema = v.strictObject({
  /** Where artifacts are written: `bq2` (by the new system's own `bq2`) or `host` (by the running one). */
  namespace: v.optional(PhaseSchema.entries.namespace),
  env: v.optional(v.record(v.string(), v.nullable(v.string()))),
  /** Fields of steps to change, by step name. */
  steps: v.optional(v.record(v.string(), Fields)),
  /** Names of steps to leave out. */
  remove: v.optional(v.array(v.string())),
  /** Whole steps to insert, each after the step named in `after` (null: first). */
  add: v.optional(v.array(v.strictObject({ after: v.nullable(v.string()), step: StepSchema }))),
});
export type PhaseOverride = v.InferOutput<typeof PhaseOverrideSchema>;

export const OverridesSchema = v.strictObject({
  /** Path of `dist/schemas/overrides.json`, for editors. */
  $schema: v.optional(v.string()),
  format: v.literal(OVERRIDES_FORMAT),
  phases: v.record(v.string(), PhaseOverrideSchema),
});
export type Overrides = v.InferOutput<typeof OverridesSchema>;

/** Objects that accept new keys; in all others a key must already exist. */
const OPEN_RECORDS = new Set(["env", "owners"]);

/**
 * The plan with the overrides applied.
 *
 * @throws Bq2Error `bad-override` with the JSON path of an unknown phase, step or field, of a step added
 * twice, or of a value that the plan's schema refuses.
 */
export function applyOverrides(plan: Plan, overrides: Overrides): Plan {
  for (const name of Object.keys(overrides.phases)) {
    if (!plan.phases.some((phase) => phase.name === name)) {
      throw refusal(
        `$.phases.${name}`,
        "no such phase",
        `phases: ${plan.phases.map((p) => p.name).join(", ")}`,
      );
    }
  }
  const phases = plan.phases.map((phase) => {
    const change = own(overrides.phases, phase.name);
    return change === undefined ? phase : overridePhase(phase, change, `$.phases.${phase.name}`);
  });
  return { ...plan, phases };
}

/** A step or phase may have the name of an inherited property, such as `constructor`. */
function own<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function overridePhase(phase: Phase, change: PhaseOverride, path: string): Phase {
  const names = phase.steps.map((step) => step.name);
  const known = (name: string, at: string): void => {
    if (!names.includes(name)) throw refusal(at, `no such step: ${name}`, `steps: ${names.join(", ")}`);
  };
  for (const name of Object.keys(change.steps ?? {})) known(name, `${path}.steps.${name}`);
  (change.remove ?? []).forEach((name, index) => {
    known(name, `${path}.remove[${index}]`);
  });
  const steps = phase.steps
    .filter((step) => !change.remove?.includes(step.name))
    .map((step) => overrideStep(step, own(change.steps ?? {}, step.name), `${path}.steps.${step.name}`));
  (change.add ?? []).forEach(({ after, step }, index) => {
    const at = `${path}.add[${index}]`;
    if (steps.some((other) => other.name === step.name))
      throw refusal(at, `step ${step.name} already exists`);
    const position = after === null ? 0 : steps.findIndex((other) => other.name === after) + 1;
    if (after !== null && position === 0) throw refusal(`${at}.after`, `no such step: ${after}`);
    steps.splice(position, 0, step);
  });
  const env =
    change.env === undefined
      ? phase.env
      : (merge(phase.env, change.env, `${path}.env`, true) as Phase["env"]);
  return { ...phase, namespace: change.namespace ?? phase.namespace, env, steps };
}

function overrideStep(step: Step, change: Record<string, unknown> | undefined, path: string): Step {
  if (change === undefined) return step;
  if (Object.hasOwn(change, "name")) throw refusal(`${path}.name`, "a step's name cannot change");
  const result = v.safeParse(StepSchema, merge(step, change, path, false));
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw refusal(`${path}.${v.getDotPath(issue) ?? ""}`, issue.message);
}

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` with `change` applied; `open` allows keys that `value` lacks. */
function merge(value: unknown, change: unknown, path: string, open: boolean): unknown {
  if (Array.isArray(value) && isObject(change)) return mergeList(value, change, path);
  if (!isObject(value) || !isObject(change)) return change;
  // Another kind of build has other fields, so it replaces the old one whole.
  if (Object.hasOwn(change, "kind") && change.kind !== value.kind) return change;
  const merged: JsonObject = { ...value };
  for (const [key, item] of Object.entries(change)) {
    if (!open && !Object.hasOwn(value, key)) {
      throw refusal(`${path}.${key}`, "no such field", `fields: ${Object.keys(value).join(", ")}`);
    }
    if (item === null && open) delete merged[key];
    else merged[key] = merge(value[key], item, `${path}.${key}`, OPEN_RECORDS.has(key));
  }
  return merged;
}

function mergeList(list: readonly unknown[], change: JsonObject, path: string): unknown[] {
  const words = Object.keys(change);
  const unknown = words.find((word) => word !== "append" && word !== "prepend");
  if (unknown !== undefined || words.length === 0) {
    throw refusal(
      unknown === undefined ? path : `${path}.${unknown}`,
      'a list can be changed only by a list, "append" or "prepend"',
    );
  }
  const items = (word: string): unknown[] => {
    const given = change[word] ?? [];
    if (!Array.isArray(given)) throw refusal(`${path}.${word}`, "not a list");
    return given;
  };
  return [...items("prepend"), ...list, ...items("append")];
}

function refusal(path: string, problem: string, hint?: string): Bq2Error {
  return new Bq2Error(`Cannot apply overrides: at ${path}: ${problem}`, {
    code: "bad-override",
    hint: hint ?? "correct the overrides file, or run with --no-overrides",
  });
}

/**
 * The overrides that turn `from` (the plan on disk) into `to` (what today's code plans).
 *
 * @throws Bq2Error `not-expressible` if overrides cannot express it: another arch, profile, seed, version or
 * pin, other phases, or steps in another order.
 */
export function overridesBetween(from: Plan, to: Plan): Overrides {
  for (const field of ["version", "arch", "seedArch", "profile", "seed", "epoch", "pins"] as const) {
    if (canonicalJson(from[field]) !== canonicalJson(to[field])) throw inexpressible(`${field} differs`);
  }
  const names = (plan: Plan): string => plan.phases.map((phase) => phase.name).join(", ");
  if (names(from) !== names(to)) throw inexpressible(`phases were ${names(from)}, now ${names(to)}`);
  const phases: Record<string, PhaseOverride> = {};
  from.phases.forEach((phase, index) => {
    const change = phaseBetween(phase, to.phases[index] as Phase);
    if (change !== undefined) phases[phase.name] = change;
  });
  return { format: OVERRIDES_FORMAT, phases };
}

function phaseBetween(from: Phase, to: Phase): PhaseOverride | undefined {
  for (const field of Object.keys(PhaseSchema.entries) as (keyof Phase)[]) {
    if (field === "steps" || field === "env" || field === "namespace") continue;
    if (canonicalJson(from[field]) !== canonicalJson(to[field]))
      throw inexpressible(`${from.name}.${field} differs`);
  }
  const before = new Map(from.steps.map((step) => [step.name, step]));
  const after = new Set(to.steps.map((step) => step.name));
  const kept = (steps: readonly Step[]): string =>
    steps
      .filter((step) => before.has(step.name) && after.has(step.name))
      .map((step) => step.name)
      .join(", ");
  if (kept(from.steps) !== kept(to.steps)) {
    throw inexpressible(
      `the steps of ${from.name} changed order: were ${kept(from.steps)}, now ${kept(to.steps)}`,
    );
  }
  const remove = from.steps.filter((step) => !after.has(step.name)).map((step) => step.name);
  const add: NonNullable<PhaseOverride["add"]> = [];
  const steps: Record<string, JsonObject> = {};
  to.steps.forEach((step, index) => {
    const old = before.get(step.name);
    if (old === undefined) add.push({ after: to.steps[index - 1]?.name ?? null, step });
    else if (canonicalJson(old) !== canonicalJson(step)) steps[step.name] = difference(old, step, false);
  });
  const env = difference(from.env, to.env, true) as Record<string, string | null>;
  const change: PhaseOverride = {
    ...(from.namespace !== to.namespace && { namespace: to.namespace }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(Object.keys(steps).length > 0 && { steps }),
    ...(remove.length > 0 && { remove }),
    ...(add.length > 0 && { add }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** The fields of `to` that differ from `from`; nested objects likewise. */
function difference(from: JsonObject, to: JsonObject, open: boolean): JsonObject {
  const change: JsonObject = {};
  if (from.kind !== to.kind) return to;
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [old, now] = [from[key], to[key]];
    if (canonicalJson(old ?? null) === canonicalJson(now ?? null)) continue;
    if (isObject(old) && isObject(now)) change[key] = difference(old, now, OPEN_RECORDS.has(key));
    else if (now === undefined && !open) throw inexpressible(`field ${key} was removed`);
    else change[key] = now ?? null;
  }
  return change;
}

function inexpressible(what: string): Bq2Error {
  return new Bq2Error(`Cannot express today's plan as overrides: ${what}`, {
    code: "not-expressible",
    hint: "write a new plan: bq2 sysroot-builder, then bq2 sysroot --no-resume",
  });
}
