/** Damage in the cache: how it is described, reported, and taken out of use. */
import { removeTree } from "../platform/files.ts";
import type { Files } from "../platform/platform.ts";

export interface Damage {
  /** Absolute. */
  readonly path: string;
  /** Such as `sha256 a1…` or `mode 0755`. */
  readonly wanted: string;
  readonly found: string;
}

/** Receives one message for the user: a warning in the log. */
export type Warn = (message: string) => void;

export function describeDamage({ path, wanted, found }: Damage): string {
  return `${path}: found ${found}, wanted ${wanted}`;
}

/** Suffix of a damaged file or tree, which is kept for inspection until the next one replaces it. */
export const ASIDE_SUFFIX = ".damaged";

const SHOWN = 5;

/** Reports the damages, and renames what is at `path` so that nothing uses it. */
export function setAside(files: Files, path: string, damages: readonly Damage[], warn: Warn): void {
  for (const damage of damages.slice(0, SHOWN)) warn(`Damaged: ${describeDamage(damage)}`);
  if (damages.length > SHOWN) warn(`Damaged: ${damages.length - SHOWN} more below ${path}`);
  if (files.status(path) === undefined) return;
  const aside = `${path}${ASIDE_SUFFIX}`;
  removeTree(files, aside);
  files.rename(path, aside);
  warn(`Set aside as ${aside}; it will be made again when needed`);
}
