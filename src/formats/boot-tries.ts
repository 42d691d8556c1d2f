/**
 * Boot counting, as the boot loader and the running system tell each other of it (docs/efi.md): a file on the EFI system
 * partition, values ↔ text, and a variable of the firmware that ends with the boot.
 */
import { BOOT_FOLDER } from "./boot-entries.ts";

/** Starts that are left, by the entry's title. What is not in it has all of its tries. */
export type TriesLeft = ReadonlyMap<string, number>;

export const TRIES_FILE: string = `${BOOT_FOLDER}/tries.json`;

/** Larger ones are no counts: a damaged or a wrong file. */
export const TRIES_LIMIT: number = 64 * 1024;

/** Holds the title (UTF-8) of the entry that was started, where that is counted; else there is no such variable. */
export const COUNTED_ENTRY = {
  name: "Bq2CountedEntry",
  vendor: "b92e0c3a-6d1f-4f58-9c0e-5b2a71e4d683",
} as const;

/** Damaged text counts nothing: a machine that starts is worth more. */
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
