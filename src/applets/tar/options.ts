/** The command line of `tar` as a value. */
import { decodeUtf8 } from "../../base/text.ts";
import { chunksOf } from "../../platform/files.ts";
import type { Compression } from "../../platform/platform.ts";
import { compressionOf } from "../../trees/unpack.ts";
import { type AppletContext, absolutePath, usageError } from "../applet.ts";
import { type Item, readOptions } from "../options.ts";

const OPTIONS = {
  "absolute-names": "P",
  "auto-compress": "a",
  "blocking-factor": "b:", // records are of 20 blocks
  bzip2: "j",
  create: "c",
  dereference: "h",
  directory: "C:",
  exclude: ":",
  "exclude-from": "X:",
  extract: "x",
  file: "f:",
  "files-from": "T:",
  format: ":",
  get: "",
  group: ":",
  gunzip: "",
  gzip: "z",
  list: "t",
  mtime: ":",
  "no-recursion": "",
  "no-same-owner": "o",
  "no-same-permissions": "",
  null: "",
  "numeric-owner": "",
  owner: ":",
  "preserve-permissions": "p",
  recursion: "",
  "same-owner": "",
  "same-permissions": "",
  sort: ":",
  sparse: "S",
  "strip-components": ":",
  "to-stdout": "O",
  touch: "m",
  ungzip: "",
  verbose: "v",
  warning: ":",
  xz: "J",
} as const;

export type TarMode = "create" | "extract" | "list";

/** A name of the command line, and the folder that it is relative to. */
export interface TarOperand {
  readonly name: string;
  readonly folder: string;
  readonly recurses: boolean;
}

export interface TarJob {
  readonly mode: TarMode;
  /** An absolute path; `undefined`: standard input or output. */
  readonly archive: string | undefined;
  readonly operands: readonly TarOperand[];
  /** The folder to unpack into. */
  readonly folder: string;
  /** For writing. */
  readonly compression: Compression;
  readonly verbosity: number;
  readonly exclude: readonly string[];
  readonly stripComponents: number;
  readonly toStdout: boolean;
  readonly keepsModes: boolean;
  readonly keepsOwners: boolean;
  readonly keepsTimes: boolean;
  readonly keepsLeadingSlash: boolean;
  readonly dereferences: boolean;
  /** For writing: `mtime`, `owner` and `group` replace the files' own. */
  readonly mtime: number | undefined;
  readonly owner: number | undefined;
  readonly group: number | undefined;
}

type Draft = { -readonly [K in keyof TarJob]: TarJob[K] } & {
  operands: TarOperand[];
  exclude: string[];
  modes: Set<TarMode>;
  recurses: boolean;
  isNullEnded: boolean;
  compressesByName: boolean;
};

/** Throws a usage error. */
export function parseTarArguments(context: AppletContext, args: readonly string[]): TarJob {
  const isRoot = context.platform.host.uid === 0;
  const draft: Draft = {
    mode: "list",
    modes: new Set(),
    archive: undefined,
    operands: [],
    folder: context.platform.host.cwd,
    compression: "none",
    compressesByName: false,
    verbosity: 0,
    exclude: [],
    stripComponents: 0,
    toStdout: false,
    keepsModes: isRoot,
    keepsOwners: isRoot,
    keepsTimes: true,
    keepsLeadingSlash: false,
    recurses: true,
    dereferences: false,
    isNullEnded: false,
    mtime: undefined,
    owner: undefined,
    group: undefined,
  };
  const items = readOptions(OPTIONS, withDash(args));
  draft.isNullEnded = items.some((item) => item.kind === "option" && item.name === "null");
  for (const item of items) applyItem(context, draft, item);
  const [mode, ...more] = draft.modes;
  if (mode === undefined) throw usageError("You must specify one of the '-ctx' options");
  if (more.length > 0) throw usageError("You may not specify more than one '-ctx' option");
  if (mode === "create" && draft.operands.length === 0) {
    throw usageError("Cowardly refusing to create an empty archive");
  }
  if (draft.compressesByName && draft.archive !== undefined) draft.compression = compressionOf(draft.archive);
  return { ...draft, mode };
}

/** Old style: a first word without a dash consists of letters; their values follow in the same order. */
function withDash(args: readonly string[]): string[] {
  const [first = "", ...rest] = args;
  if (first === "" || first.startsWith("-")) return [...args];
  const letters: string[] = [];
  for (const letter of first) {
    const wantsValue = Object.values(OPTIONS).some((short) => short.includes(letter) && short.endsWith(":"));
    letters.push(`-${letter}`);
    if (wantsValue) letters.push(rest.shift() ?? "");
  }
  return [...letters, ...rest];
}

function applyItem(context: AppletContext, draft: Draft, item: Item<keyof typeof OPTIONS>): void {
  if (item.kind === "operand") addOperand(draft, item.value);
  else SETTERS[item.name](draft, item.value, context);
}

/** `-C` and `--no-recursion` apply to the names after them. */
function addOperand(draft: Draft, name: string): void {
  const { folder, recurses } = draft;
  draft.operands.push({ name, folder, recurses });
}

type Setter = (draft: Draft, value: string, context: AppletContext) => void;

const ignored: Setter = () => {};
const mode =
  (name: TarMode): Setter =>
  (draft) => {
    draft.modes.add(name);
  };
const set =
  (values: Partial<Draft>): Setter =>
  (draft) => {
    Object.assign(draft, values);
  };

const SETTERS: { readonly [N in keyof typeof OPTIONS]: Setter } = {
  "absolute-names": set({ keepsLeadingSlash: true }),
  "auto-compress": set({ compressesByName: true }),
  "blocking-factor": ignored,
  bzip2: set({ compression: "bzip2" }),
  create: mode("create"),
  dereference: set({ dereferences: true }),
  directory(draft, value) {
    draft.folder = value.startsWith("/") ? value : `${draft.folder}/${value}`;
  },
  exclude: (draft, value) => void draft.exclude.push(value),
  "exclude-from": (draft, value, context) => void draft.exclude.push(...namesIn(context, value, "\n")),
  extract: mode("extract"),
  file(draft, value, context) {
    draft.archive = value === "-" ? undefined : absolutePath(context, value);
  },
  "files-from"(draft, value, context) {
    for (const name of namesIn(context, value, draft.isNullEnded ? "\0" : "\n")) {
      addOperand(draft, name);
    }
  },
  format: (_, value) => oneOf("--format", value, ["ustar", "pax", "posix", "gnu"]),
  get: mode("extract"),
  group(draft, value) {
    draft.group = parseId("group", value);
  },
  gunzip: set({ compression: "gzip" }),
  gzip: set({ compression: "gzip" }),
  list: mode("list"),
  mtime(draft, value) {
    draft.mtime = parseTime(value);
  },
  "no-recursion": set({ recurses: false }),
  "no-same-owner": set({ keepsOwners: false }),
  "no-same-permissions": set({ keepsModes: false }),
  null: ignored,
  "numeric-owner": ignored,
  owner(draft, value) {
    draft.owner = parseId("owner", value);
  },
  "preserve-permissions": set({ keepsModes: true }),
  recursion: set({ recurses: true }),
  "same-owner": set({ keepsOwners: true }),
  "same-permissions": set({ keepsModes: true }),
  sort: (_, value) => oneOf("--sort", value, ["name", "none"]),
  sparse: ignored,
  "strip-components"(draft, value) {
    if (!/^\d{1,9}$/.test(value)) throw usageError(`${value}: Invalid number of elements`);
    draft.stripComponents = Number(value);
  },
  "to-stdout": set({ toStdout: true }),
  touch: set({ keepsTimes: false }),
  ungzip: set({ compression: "gzip" }),
  verbose(draft) {
    draft.verbosity++;
  },
  warning: ignored,
  xz: set({ compression: "xz" }),
};

function oneOf(option: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw usageError(`${option}=${value}: wanted one of ${known.join(", ")}`);
}

/** `0`, `name:0` or `root`: only the number is stored. */
function parseId(option: string, value: string): number {
  const number = value === "root" ? "0" : value.replace(/^[^:]*:/, "").replace(/^\+/, "");
  if (!/^\d{1,10}$/.test(number))
    throw usageError(`--${option}=${value}: wanted a number, NAME:NUMBER or root`);
  return Number(number);
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(?: ?(?:Z|UTC))?$/;

function parseTime(value: string): number {
  const seconds = /^@(-?\d{1,12})(?:\.\d*)?$/.exec(value)?.[1];
  if (seconds !== undefined) return Number(seconds);
  const found = TIME.exec(value);
  if (found === null) throw usageError(`--mtime=${value}: wanted @SECONDS or YYYY-MM-DD [HH:MM:SS]`);
  const [year = 0, month = 1, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function namesIn(context: AppletContext, file: string, end: string): string[] {
  const { files } = context.platform;
  const text =
    file === "-"
      ? Array.from(chunksOf(files, context.stdin), decodeUtf8).join("")
      : decodeUtf8(files.readFile(absolutePath(context, file)));
  return text.split(end).filter((name) => name !== "");
}
