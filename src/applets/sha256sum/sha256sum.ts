/**
 * `sha256sum`: prints and checks digests, in the forms of GNU coreutils: plain lines and BSD's (`--tag`).
 * `--text` and `--binary` differ only in the mark, as on every POSIX system.
 */
import { describeError } from "../../base/error.ts";
import { decodeUtf8 } from "../../base/text.ts";
import { chunksOf } from "../../platform/files.ts";
import { type Applet, type AppletContext, absolutePath, TextOutput, usageError } from "../applet.ts";
import { type Item, readOptions } from "../options.ts";

const OPTIONS = {
  binary: "b",
  check: "c",
  "ignore-missing": "",
  quiet: "",
  status: "s", // busybox's letter
  strict: "",
  tag: "",
  text: "t",
  warn: "w",
  zero: "z",
} as const;

type Flag = keyof typeof OPTIONS;

export const sha256sum: Applet = {
  usage: `Usage: sha256sum [OPTION]... [FILE]...
Print or check SHA-256 digests. With no FILE, or when FILE is -, read standard input.

  -b, --binary          mark files as binary (*)
  -c, --check           read digests from the FILEs and check them
      --tag             write BSD's form
  -z, --zero            end lines with NUL, and do not escape names
      --ignore-missing  with --check: ignore missing files
      --quiet           with --check: do not print OK
      --status          with --check: print nothing, only set the exit code
      --strict          with --check: fail for malformed lines
  -w, --warn            with --check: warn about each malformed line
`,
  failureCode: 1,

  async run(context, args) {
    const items = readOptions(OPTIONS, args);
    const flags = flagsOf(items);
    const operands = items.flatMap((item) => (item.kind === "operand" ? [item.value] : []));
    const files = operands.length === 0 ? ["-"] : operands;
    if (flags.has("check") && flags.has("tag")) throw usageError("--tag cannot be used with --check");
    const out = new TextOutput(context);
    let isGood = true;
    for (const file of files) {
      const isFine = flags.has("check")
        ? checkList(context, out, file, flags)
        : printDigest(context, out, file, flags);
      isGood = isFine && isGood;
    }
    out.flush();
    return isGood ? 0 : 1;
  },
};

/** Only the last of these options counts. */
const VERBOSITY: readonly Flag[] = ["quiet", "status", "warn"];

function flagsOf(items: readonly Item<Flag>[]): ReadonlySet<Flag> {
  const flags = new Set<Flag>();
  for (const item of items) {
    if (item.kind !== "option") continue;
    if (VERBOSITY.includes(item.name)) for (const other of VERBOSITY) flags.delete(other);
    flags.add(item.name);
  }
  return flags;
}

function digestOf(context: AppletContext, file: string): string {
  const { files, bulk } = context.platform;
  const hasher = bulk.sha256();
  const fd = file === "-" ? context.stdin : files.open(absolutePath(context, file), "read");
  try {
    for (const chunk of chunksOf(files, fd)) hasher.update(chunk);
  } finally {
    if (file !== "-") files.close(fd);
  }
  return hasher.digest();
}

/** Runs `body`; reports its error, if it throws one, and returns `undefined`. */
function reporting<T>(context: AppletContext, body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    context.platform.host.writeError(`sha256sum: ${describeError(error)}\n`);
    return undefined;
  }
}

function printDigest(
  context: AppletContext,
  out: TextOutput,
  file: string,
  flags: ReadonlySet<Flag>,
): boolean {
  const digest = reporting(context, () => digestOf(context, file));
  if (digest === undefined) return false;
  const name = flags.has("zero") ? file : escapeName(file);
  const mark = name === file ? "" : "\\";
  const line = flags.has("tag")
    ? `${mark}SHA256 (${name}) = ${digest}`
    : `${mark}${digest} ${flags.has("binary") ? "*" : " "}${name}`;
  out.write(line + (flags.has("zero") ? "\0" : "\n"));
  return true;
}

const ESCAPES: { readonly [character: string]: string } = { "\\": "\\\\", "\n": "\\n", "\r": "\\r" };

function escapeName(name: string): string {
  return name.replaceAll(/[\\\n\r]/g, (character) => ESCAPES[character] ?? "");
}

interface Line {
  readonly digest: string;
  readonly file: string;
}

const PLAIN_LINE = /^(\\?)([0-9a-fA-F]{64}) [ *](.+)$/s;
const BSD_LINE = /^(\\?)SHA256 \((.*)\) = ([0-9a-fA-F]{64})$/s;

/** `undefined` if the line does not belong in a list of digests. */
export function parseLine(text: string): Line | undefined {
  const line = text.replace(/^[ \t]+/, "").replace(/\r$/, "");
  const plain = PLAIN_LINE.exec(line);
  const bsd = BSD_LINE.exec(line);
  const [mark, digest, name] = plain?.slice(1) ?? [bsd?.[1], bsd?.[3], bsd?.[2]];
  if (digest === undefined || name === undefined) return undefined;
  if (mark !== "\\") return { digest: digest.toLowerCase(), file: name };
  if (/\\(?![\\nr])/.test(name.replaceAll("\\\\", ""))) return undefined;
  const file = name.replaceAll(/\\(.)/g, (_, letter) => ({ n: "\n", r: "\r" })[letter as string] ?? letter);
  return { digest: digest.toLowerCase(), file };
}

type Outcome = "good" | "different" | "unreadable" | "missing";

function checkList(context: AppletContext, out: TextOutput, list: string, flags: ReadonlySet<Flag>): boolean {
  const text = reporting(context, () => readList(context, list));
  if (text === undefined) return false;
  const { writeError } = context.platform.host;
  const shown = list === "-" ? "standard input" : list;
  const counts = { good: 0, different: 0, unreadable: 0, missing: 0 };
  let malformed = 0;
  for (const [index, lineText] of text.replace(/\n$/, "").split("\n").entries()) {
    if (lineText === "" || lineText.startsWith("#")) continue;
    const line = parseLine(lineText);
    if (line === undefined) {
      malformed++;
      if (flags.has("warn"))
        writeError(`sha256sum: ${shown}: ${index + 1}: improperly formatted SHA256 checksum line\n`);
      continue;
    }
    const outcome = checkLine(context, line, flags);
    counts[outcome]++;
    printOutcome(out, line.file, outcome, flags);
  }
  out.flush();
  const found = counts.good + counts.different + counts.unreadable + counts.missing;
  const problems: string[] = [];
  if (found === 0) problems.push(`${shown}: no properly formatted checksum lines found`);
  else if (!flags.has("status")) {
    problems.push(...warning(malformed, "line is", "lines are", "improperly formatted"));
    problems.push(...warning(counts.unreadable, "listed file", "listed files", "could not be read"));
    problems.push(...warning(counts.different, "computed checksum", "computed checksums", "did NOT match"));
    if (counts.missing === found) problems.push(`${shown}: no file was verified`);
  }
  for (const problem of problems) writeError(`sha256sum: ${problem}\n`);
  const isSound = counts.good > 0 && counts.different + counts.unreadable === 0;
  return isSound && (malformed === 0 || !flags.has("strict"));
}

function readList(context: AppletContext, list: string): string {
  const { files } = context.platform;
  if (list !== "-") return decodeUtf8(files.readFile(absolutePath(context, list)));
  return Array.from(chunksOf(files, context.stdin), decodeUtf8).join("");
}

function warning(count: number, one: string, several: string, what: string): string[] {
  return count === 0 ? [] : [`WARNING: ${count} ${count === 1 ? one : several} ${what}`];
}

function checkLine(context: AppletContext, line: Line, flags: ReadonlySet<Flag>): Outcome {
  const isMissing =
    line.file !== "-" &&
    context.platform.files.statusFollowed(absolutePath(context, line.file)) === undefined;
  if (flags.has("ignore-missing") && isMissing) return "missing";
  const digest = reporting(context, () => digestOf(context, line.file));
  if (digest === undefined) return "unreadable";
  return digest === line.digest ? "good" : "different";
}

const WORDS: { readonly [O in Outcome]: string } = {
  good: "OK",
  different: "FAILED",
  unreadable: "FAILED open or read",
  missing: "",
};

function printOutcome(out: TextOutput, file: string, outcome: Outcome, flags: ReadonlySet<Flag>): void {
  if (flags.has("status") || outcome === "missing") return;
  if (outcome === "good" && flags.has("quiet")) return;
  // Unlike in a list, a backslash alone needs no escape.
  const name = file.includes("\n") ? `\\${escapeName(file)}` : file;
  out.write(`${name}: ${WORDS[outcome]}\n`);
}
