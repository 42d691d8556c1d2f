/** Options that several commands share, and how their values are read. */

import { ARCH_NAMES, type Arch, isArch } from "../base/arch.ts";
import type { Bind } from "../runner/context/context.ts";
import { DEFAULT_WORKDIR } from "../runner/context/workspace.ts";

export const workdirFlag = {
  kind: "parsed",
  parse: String,
  brief: "Workspace folder",
  default: DEFAULT_WORKDIR,
  placeholder: "DIR",
} as const;

export const jobsFlag = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  brief: "Jobs in all, of all steps and their makes (default: one a CPU)",
} as const;

export const bindFlag = {
  kind: "parsed",
  parse: parseBind,
  brief: "Show the host's SRC at DST inside; may be given more than once",
  variadic: true,
  optional: true,
  placeholder: "SRC:DST",
} as const;

export function parseArch(text: string): Arch {
  if (isArch(text)) return text;
  throw new SyntaxError(`${text} is no architecture of this project: ${ARCH_NAMES.join(", ")}`);
}

/** `SRC:DST`, both absolute. */
export function parseBind(text: string): Bind {
  const [source, target, ...rest] = text.split(":");
  if (source?.startsWith("/") && target?.startsWith("/") && rest.length === 0) return { source, target };
  throw new SyntaxError(`${text} is no bind: SRC:DST is wanted, both absolute paths`);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 4096) return count;
  throw new SyntaxError(`${text} is no number of jobs: 1 to 4096 is wanted`);
}

export function parseSha256(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new SyntaxError(`${text} is no sha256: 64 hexadecimal digits are wanted`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes, with K, M, G or T for powers of 1,024: `8G`. */
export function parseSize(text: string): number {
  const parts = /^([0-9]+)([KMGT]?)$/i.exec(text);
  const size = Number(parts?.[1]) * (UNITS[(parts?.[2] ?? "").toUpperCase()] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new SyntaxError(`${text} is no size: a number with K, M, G or T is wanted, such as 8G`);
}
