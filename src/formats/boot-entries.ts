/**
 * The boot loader's menu (`EFI/bq2/entries.json` on the EFI system partition): values ↔ text. The image
 * writer and the boot loader (`src/efi/boot/`) share it.
 */
import { Bq2Error } from "../base/error.ts";
import { canonicalJson } from "../base/json.ts";

/** Name of the EFI system partition in our images' partition tables. */
export const ESP_NAME = "bq2-esp";
/** Folder on the EFI system partition with everything but the boot loader itself. */
export const BOOT_FOLDER = "EFI/bq2";
export const ENTRIES_FILE: string = `${BOOT_FOLDER}/entries.json`;

const FORMAT = "bq2-boot-entries/1";

/** A file on the same partition, verified by its digest. */
export interface BootFileRef {
  /** Relative to the partition's root, with `/` between names. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface BootEntry {
  /** Shown in the menu; unique among the entries. */
  readonly title: string;
  readonly kernel: BootFileRef;
  readonly initrd: BootFileRef | null;
  /** null: the kernel gets none and uses its built-in one. */
  readonly commandLine: string | null;
  /** Starts allowed until the entry is marked good (docs/efi.md, "Boot counting"); null: not counted. */
  readonly tries: number | null;
}

export interface BootEntries {
  /** How long the menu waits for a key. */
  readonly timeoutSeconds: number;
  /** At least one; the first is the default. */
  readonly entries: readonly BootEntry[];
}

/** Bytes. A larger file is damaged, or something else. */
export const ENTRIES_LIMIT: number = 64 * 1024;
const MOST_ENTRIES = 64;
const LONGEST_TIMEOUT = 3600;
const MOST_TRIES = 100;

export function encodeBootEntries({ timeoutSeconds, entries }: BootEntries): string {
  return canonicalJson({ format: FORMAT, timeoutSeconds, entries });
}

/** Throws Bq2Error `bad-boot-entries` with the JSON path of the first problem. */
export function parseBootEntries(text: string): BootEntries {
  const top = fieldsOf(parseJson(text), "$", ["format", "timeoutSeconds", "entries"]);
  if (top.format !== FORMAT) refuse("$.format", `"${FORMAT}"`, top.format);
  const { timeoutSeconds, entries } = top;
  if (!isInteger(timeoutSeconds, 0, LONGEST_TIMEOUT)) {
    refuse("$.timeoutSeconds", `a number from 0 to ${LONGEST_TIMEOUT}`, timeoutSeconds);
  }
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_ENTRIES) {
    refuse("$.entries", `1 to ${MOST_ENTRIES} entries`, entries);
  }
  const parsed = entries.map((entry, index) => parseEntry(entry, `$.entries[${index}]`));
  for (const [index, { title }] of parsed.entries()) {
    if (parsed.findIndex((other) => other.title === title) < index) {
      refuse(`$.entries[${index}].title`, "a title that no other entry has", title);
    }
  }
  return { timeoutSeconds, entries: parsed };
}

function parseEntry(value: unknown, at: string): BootEntry {
  const fields = fieldsOf(value, at, ["title", "kernel", "initrd", "commandLine", "tries"]);
  const { title, commandLine, tries } = fields;
  if (!isText(title, 100) || title === "") refuse(`${at}.title`, "up to 100 printable characters", title);
  if (commandLine !== null && !isText(commandLine, 4096)) {
    refuse(`${at}.commandLine`, "a command line or null", commandLine);
  }
  if (tries !== null && !isInteger(tries, 1, MOST_TRIES)) {
    refuse(`${at}.tries`, `a number from 1 to ${MOST_TRIES}, or null`, tries);
  }
  return {
    title,
    kernel: parseFile(fields.kernel, `${at}.kernel`),
    initrd: fields.initrd === null ? null : parseFile(fields.initrd, `${at}.initrd`),
    commandLine,
    tries,
  };
}

function parseFile(value: unknown, at: string): BootFileRef {
  const { path, sha256 } = fieldsOf(value, at, ["path", "sha256"]);
  if (!isText(path, 250) || path === "") refuse(`${at}.path`, "a path", path);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) {
    refuse(`${at}.sha256`, "64 hexadecimal digits", sha256);
  }
  return { path, sha256 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Bq2Error(`Cannot read the boot entries: ${error instanceof Error ? error.message : error}`, {
      code: "bad-boot-entries",
    });
  }
}

/** The fields of `value`, which must be exactly `names`. */
function fieldsOf<N extends string>(value: unknown, at: string, names: readonly N[]): Record<N, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(at, "an object", value);
  const found = value as Record<N, unknown>;
  for (const name of names) if (!Object.hasOwn(found, name)) refuse(`${at}.${name}`, "a value", undefined);
  for (const name of Object.keys(found)) {
    if (!names.includes(name as N)) refuse(`${at}.${name}`, `only ${names.join(", ")}`, name);
  }
  return found;
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** No control characters. */
function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest && [...value].every((letter) => letter >= " ");
}

function refuse(at: string, wanted: string, found: unknown): never {
  const shown = textOf(found).slice(0, 80);
  throw new Bq2Error(`Cannot use the boot entries: ${at}: ${wanted} wanted, found ${shown}`, {
    code: "bad-boot-entries",
  });
}

function textOf(found: unknown): string {
  try {
    return JSON.stringify(found) ?? "nothing";
  } catch {
    return "lists or objects nested too deeply";
  }
}
