/**
 * The index of an Alpine repository (apk-package(5), "APKINDEX"): parses its records of `X:value` lines and
 * resolves which packages are needed. Subset: names and what provides them. Version constraints, conflicts
 * and `install_if` are ignored, because the index of one release is consistent.
 */
import { Bq2Error } from "../base/error.ts";

export interface ApkRecord {
  readonly name: string;
  readonly version: string;
  /** `Q1` and the sha1 of the control stream, in base64. */
  readonly checksum: string;
  readonly needs: readonly string[];
  readonly provides: readonly string[];
  /** Of several providers, the one with the highest priority is taken. */
  readonly priority: number;
}

export function parseApkIndex(text: string): ApkRecord[] {
  return text
    .split("\n\n")
    .filter((record) => record.trim() !== "")
    .map((record) => {
      const fields = new Map(record.split("\n").map((line) => [line.slice(0, 1), line.slice(2)]));
      const words = (letter: string) => (fields.get(letter) ?? "").split(" ").filter((word) => word !== "");
      return {
        name: fields.get("P") ?? "",
        version: fields.get("V") ?? "",
        checksum: fields.get("C") ?? "",
        needs: words("D"),
        provides: words("p").map(nameOf),
        priority: Number(fields.get("k") ?? 0),
      };
    });
}

/** `so:libc.musl-x86_64.so.1` from `so:libc.musl-x86_64.so.1=1`, `gcc` from `gcc~=14`. */
function nameOf(dependency: string): string {
  return /^[^<>=~@]*/.exec(dependency)?.[0] ?? "";
}

/**
 * The packages and everything they need, in byte order of their names.
 *
 * @throws Bq2Error `unknown-package` if nothing in the index provides a name.
 */
export function resolveApks(index: readonly ApkRecord[], wanted: readonly string[]): ApkRecord[] {
  const providers = new Map<string, ApkRecord[]>();
  for (const record of index) {
    for (const name of new Set([record.name, ...record.provides])) {
      providers.set(name, [...(providers.get(name) ?? []), record]);
    }
  }
  const chosen = new Map<string, ApkRecord>();
  const waiting = wanted.map((name) => ({ name, for: "the seed" }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { name } = next;
    const candidates = providers.get(name) ?? [];
    if (candidates.some((candidate) => chosen.has(candidate.name))) continue;
    const best =
      candidates.find((candidate) => candidate.name === name) ?? [...candidates].sort(byPriority)[0];
    if (best === undefined) throw unknownPackage(name, next.for);
    chosen.set(best.name, best);
    const needs = best.needs.filter((need) => !need.startsWith("!"));
    waiting.push(...needs.map((need) => ({ name: nameOf(need), for: best.name })));
  }
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1)); // names are ASCII and unique
}

function byPriority(a: ApkRecord, b: ApkRecord): number {
  return b.priority - a.priority || (a.name < b.name ? -1 : 1);
}

function unknownPackage(name: string, wantedBy: string): Bq2Error {
  return new Bq2Error(`Cannot resolve Alpine's packages: nothing provides ${name}, which ${wantedBy} needs`, {
    code: "unknown-package",
    hint: "check that BQ2_ALPINE_MIRROR has the release's main repository",
  });
}
