/**
 * Boot counting (docs/efi.md): the file on the EFI system partition that the boot loader and the running
 * system share, values ↔ text, and a volatile firmware variable.
 */
import { BOOT_FOLDER } from "./boot-entries.ts";

/** Starts left, by the entry's title. An entry that is not listed has all its tries left. */
export type TriesLeft = ReadonlyMap<string, number>;

export const TRIES_FILE: string = `${BOOT_FOLDER}/tries.json`;

/** Bytes. A larger file is damaged, or something else. */
export const TRIES_LIMIT: number = 64 * 1024;

/** Title (UTF-8) of the entry that was started; the variable exists only if that entry is counted. */
export const COUNTED_ENTRY = {
  name: "Bq2CountedEntry",
  vendor: "b92e0c3a-6d1f-4f58-9c0e-5b2a71e4d683",
} as const;

/** Damaged text gives no counts: starting the machine matters more. */
export function parseTries(text: string): TriesLeft {
  const parsed = parseJson(text);
  if (typeof parsed !== "object" || parsed === null) return new Map();
  return new Map(
    Object.entries(parsed).filter((pair): pair is [string, number] => Number.isInteger(pair[1])),
  );
}

export function encodeTries(left: TriesLeft): string {
  return `${JSON.stringify(Object.fromEntries(left))}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
