/** Flags that several commands share, and the parsers of their values. */
import { ARCH_NAMES, type Arch, isArch } from "../base/arch.ts";
import type { Bind } from "../linux/view.ts";
import { DEFAULT_WORKDIR, SYSTEM_FILE, SYSTEM_WORKDIR } from "../runner/context/workspace.ts";

export const workdirFlag = {
  kind: "parsed",
  parse: String,
  optional: true,
  brief: `Workspace folder (default: ${SYSTEM_WORKDIR} beside ./${SYSTEM_FILE} if there is one, else ${DEFAULT_WORKDIR})`,
  placeholder: "DIR",
} as const;

export const jobsFlag = {
  kind: "parsed",
  parse: parseCount,
  optional: true,
  brief: "Jobs that all steps and their makes share (default: one per CPU)",
} as const;

export const bindFlag = {
  kind: "parsed",
  parse: parseBind,
  brief: "Make the host's SRC visible at DST inside; may be given more than once",
  variadic: true,
  optional: true,
  placeholder: "SRC:DST",
} as const;

export function parseArch(text: string): Arch {
  if (isArch(text)) return text;
  throw new SyntaxError(`${text} is not a supported architecture: ${ARCH_NAMES.join(", ")}`);
}

/** `SRC:DST`, both absolute; writable. */
export function parseBind(text: string): Bind {
  const [source, target, ...rest] = text.split(":");
  if (source?.startsWith("/") && target?.startsWith("/") && rest.length === 0)
    return { source, target, readOnly: false };
  throw new SyntaxError(`${text} is not a bind: give SRC:DST, both absolute paths`);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 4096) return count;
  throw new SyntaxError(`${text} is not a number of jobs: give 1 to 4096`);
}

export function parseSha256(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new SyntaxError(`${text} is not a sha256: give 64 hexadecimal digits`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes. K, M, G and T are powers of 1,024, as in `8G`. */
export function parseSize(text: string): number {
  const parts = /^([0-9]+)([KMGT]?)$/i.exec(text);
  const size = Number(parts?.[1]) * (UNITS[(parts?.[2] ?? "").toUpperCase()] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new SyntaxError(`${text} is not a size: give a number with K, M, G or T, such as 8G`);
}
