/**
 * `patch`: applies unified diffs, plain and git's, with `src/patch/`, which accepts what GNU patch accepts.
 * Hunks that do not fit go to `.rej` files; the others are applied.
 *
 * Differs from GNU's on purpose: it never asks (it takes the default answer, to skip), and it writes nothing
 * before it has read the whole patch. Not here: context, normal and ed diffs, merging, `-l`, `-t`.
 */

import { concatBytes } from "../../base/bytes.ts";
import { basename, dirname } from "../../base/path.ts";
import { quoteWords } from "../../base/words.ts";
import { applyHunks, DEFAULT_FUZZ, type HunkResult } from "../../patch/apply.ts";
import { ALL_FOLDERS } from "../../patch/header.ts";
import { chooseFile, movePaths } from "../../patch/names.ts";
import { type FilePatch, parsePatch, reversePatch } from "../../patch/parse.ts";
import { bytesToText, type FileState, PatchedTree, textToBytes } from "../../patch/tree.ts";
import { chunksOf } from "../../platform/files.ts";
import { type Applet, type AppletContext, absolutePath, TextOutput, usageError } from "../applet.ts";
import { readOptions } from "../options.ts";
import { hunkLines, rejectedText, summaryLine } from "./report.ts";

const OPTIONS = {
  backup: "b",
  "backup-if-mismatch": "",
  batch: "t",
  binary: "",
  directory: "d:",
  "dry-run": "",
  force: "f",
  forward: "N",
  fuzz: "F:",
  input: "i:",
  "no-backup-if-mismatch": "",
  output: "o:",
  posix: "",
  quiet: "",
  "reject-file": "r:",
  "remove-empty-files": "E",
  reverse: "R",
  silent: "s",
  strip: "p:",
  suffix: "z:",
  unified: "u",
  verbose: "",
} as const;

export const patch: Applet = {
  usage: `Usage: patch [OPTION]... [ORIGFILE [PATCHFILE]]
Apply a unified diff, by default from standard input.

  -p, --strip=NUM          remove the first NUM directories from names (default: all)
  -i, --input=PATCHFILE    read the patch from PATCHFILE
  -d, --directory=DIR      the directory to patch
  -R, --reverse            undo the patch
  -N, --forward            skip patches that are already applied (always the case)
  -f, --force              apply even patches that seem to be applied
  -F, --fuzz=LINES         lines of context at each end that may differ (default: 2)
  -E, --remove-empty-files remove files that become empty
  -o, --output=FILE        write the patched file to FILE (- is standard output)
  -r, --reject-file=FILE   write rejects to FILE (- discards them)
  -b, --backup             keep the old file as FILE.orig; -z, --suffix=SUFFIX replaces .orig
      --no-backup-if-mismatch   keep no backup even if a patch fits inexactly
      --dry-run            only print what would be done
  -s, --quiet, --silent    print only failures
`,
  failureCode: 2,

  async run(context, args) {
    const job = parseArguments(context, args);
    const patches = parsePatch(bytesToText(readPatch(context, job.input)));
    const run = new Run(context, job);
    try {
      for (const each of patches) run.apply(job.reverses ? reversePatch(each) : each);
      return run.finish();
    } finally {
      run.release();
    }
  },
};

interface PatchJob {
  /** An absolute path; `undefined`: standard input. */
  input: string | undefined;
  folder: string;
  /** The file to patch, whatever the patch names: its absolute path, and as the user wrote it. */
  original: { readonly path: string; readonly stated: string } | undefined;
  output: string | undefined;
  rejectFile: string | undefined;
  strip: number;
  fuzz: number;
  suffix: string;
  backs: "never" | "mismatch" | "always";
  reverses: boolean;
  forces: boolean;
  removesEmpty: boolean;
  isDry: boolean;
  isSilent: boolean;
}

function parseArguments(context: AppletContext, args: readonly string[]): PatchJob {
  const items = readOptions(OPTIONS, args);
  const flags = new Map(items.flatMap((item) => (item.kind === "option" ? [[item.name, item.value]] : [])));
  const [original, patchFile, ...more] = items.flatMap((item) =>
    item.kind === "operand" ? [item.value] : [],
  );
  if (more.length > 0) throw usageError(`${more[0]}: extra operand`);
  if (flags.has("batch")) throw usageError("--batch is not supported: this program never asks");
  const count = (name: "strip" | "fuzz", byDefault: number): number => {
    const value = flags.get(name);
    if (value === undefined) return byDefault;
    if (!/^\d{1,9}$/.test(value)) throw usageError(`${name} ${value} is not a number`);
    return Number(value);
  };
  const folder = absolutePath(context, flags.get("directory") ?? "");
  const below = (path: string): string => (path.startsWith("/") ? path : `${folder}/${path}`);
  const input = flags.get("input") ?? patchFile;
  return {
    // GNU patch changes into the folder first, so the patch's path is relative to it.
    input: input === undefined || input === "-" ? undefined : below(input),
    folder,
    original: original === undefined ? undefined : { path: below(original), stated: original },
    output: flags.get("output"),
    rejectFile: flags.get("reject-file"),
    strip: count("strip", ALL_FOLDERS),
    fuzz: count("fuzz", DEFAULT_FUZZ),
    suffix: flags.get("suffix") ?? ".orig",
    backs: flags.has("backup")
      ? "always"
      : flags.has("no-backup-if-mismatch") || flags.has("posix")
        ? "never"
        : "mismatch",
    reverses: flags.has("reverse"),
    forces: flags.has("force"),
    removesEmpty: flags.has("remove-empty-files"),
    isDry: flags.has("dry-run"),
    isSilent: flags.has("silent") || flags.has("quiet"),
  };
}

function readPatch(context: AppletContext, input: string | undefined): Uint8Array {
  const { files } = context.platform;
  if (input !== undefined) return files.readFile(input);
  return concatBytes(Array.from(chunksOf(files, context.stdin), (chunk) => chunk.slice()));
}

/** The files of a patch: the one it reads and the one it writes. They differ for git's renames and copies. */
interface Target {
  readonly from: string;
  readonly to: string;
}

class Run {
  readonly #context: AppletContext;
  readonly #job: PatchJob;
  readonly #tree: PatchedTree;
  readonly #out: TextOutput;
  readonly #rejects = new Map<string, string>();
  #hasFailed = false;

  constructor(context: AppletContext, job: PatchJob) {
    this.#context = context;
    this.#job = job;
    this.#out = new TextOutput(context);
    // The user may name a file anywhere; names in the patch must stay in the folder.
    this.#tree = new PatchedTree(
      context.platform.files,
      job.original === undefined ? job.folder : dirname(job.original.path),
    );
  }

  apply(patch: FilePatch): void {
    const target = this.#targetOf(patch);
    if (target === undefined) return;
    const { from, to } = target;
    const before = this.#tree.read(from);
    this.#say(this.#headline(patch, target));
    const result = applyHunks(before?.lines ?? [], patch.hunks, {
      maxFuzz: this.#job.fuzz,
      detectsReversed: !this.#job.forces,
    });
    if (result.isReversed) {
      const what = this.#job.reverses ? "Unreversed" : "Reversed (or previously applied)";
      this.#fail(`${what} patch detected!  Skipping patch.`);
      this.#reject(patch, patch.hunks, to, "ignored", []);
      return;
    }
    for (const line of hunkLines(patch.hunks, result)) this.#say(line);
    const failed = patch.hunks.filter((_, i) => result.outcomes[i]?.kind === "failed");
    if (failed.length > 0) this.#reject(patch, failed, to, "FAILED", result.outcomes);
    this.#write(patch, target, before, result);
  }

  finish(): number {
    this.#out.flush();
    if (!this.#job.isDry) {
      for (const [path, text] of this.#rejects) {
        if (this.#job.rejectFile !== undefined) {
          const place = absolutePath(this.#context, this.#job.rejectFile);
          this.#context.platform.files.writeFile(place, textToBytes([text]));
        } else this.#tree.put(path, { lines: [text], mode: 0o644 });
      }
      this.#tree.write();
    }
    return this.#hasFailed ? 1 : 0;
  }

  release(): void {
    this.#tree.release();
  }

  /** Quoted if a shell would need that, as GNU patch does. */
  #shown(path: string): string {
    const stated = this.#job.original?.stated ?? "";
    return quoteWords([stated.slice(0, stated.lastIndexOf("/") + 1) + path]);
  }

  #headline(patch: FilePatch, { from, to }: Target): string {
    const { output, isDry } = this.#job;
    const verb = isDry ? "checking" : "patching";
    if (output !== undefined) return `${verb} file ${quoteWords([output])} (read from ${this.#shown(from)})`;
    const how = { none: "", rename: ` (renamed from ${from})`, copy: ` (copied from ${from})` }[patch.move];
    return `${verb} file ${this.#shown(to)}${how}`;
  }

  #say(line: string): void {
    if (!this.#job.isSilent) this.#print(line);
  }

  #fail(line: string): void {
    this.#hasFailed = true;
    this.#print(line);
  }

  #print(line: string): void {
    if (this.#job.output === "-") this.#context.platform.host.writeError(`${line}\n`);
    else this.#out.write(`${line}\n`);
  }

  #targetOf(patch: FilePatch): Target | undefined {
    const { original, strip, forces } = this.#job;
    if (original !== undefined) return { from: basename(original.path), to: basename(original.path) };
    const moved = patch.move === "none" ? undefined : movePaths(patch, strip);
    if (moved !== undefined && this.#tree.sizeOf(moved.to) === undefined) return moved;
    const choice = chooseFile(patch, strip, this.#tree);
    if (choice.kind === "file") return { from: choice.path, to: choice.path };
    if (choice.kind === "none") {
      for (const name of choice.unsafe)
        this.#fail(`Ignoring potentially dangerous file name ${this.#shown(name)}`);
      this.#fail(`can't find file to patch at input line ${patch.patchLine}`);
      this.#fail("Perhaps you used the wrong -p or --strip option?");
      this.#fail("No file to patch.  Skipping patch.");
    } else {
      const [verb, state] = contradiction(this.#tree.sizeOf(choice.path));
      this.#fail(`The next patch would ${verb} the file ${this.#shown(choice.path)},`);
      if (forces) {
        this.#fail(`which ${state}!  Applying it anyway.`);
        return { from: choice.path, to: choice.path };
      }
      this.#fail(`which ${state}!  Skipping patch.`);
    }
    if (patch.hunks.length > 0) this.#fail(summaryLine(patch.hunks.length, patch.hunks.length, "ignored"));
    return undefined;
  }

  #reject(
    patch: FilePatch,
    hunks: FilePatch["hunks"],
    path: string,
    what: "FAILED" | "ignored",
    outcomes: HunkResult["outcomes"],
  ): void {
    const { rejectFile, isDry, strip } = this.#job;
    const place = rejectFile ?? `${path}.rej`;
    const summary = summaryLine(hunks.length, patch.hunks.length, what);
    if (isDry || rejectFile === "-") {
      this.#fail(summary);
      return;
    }
    this.#fail(`${summary} -- saving rejects to file ${rejectFile ?? this.#shown(place)}`);
    const text = rejectedText(patch, strip, hunks, outcomes);
    this.#rejects.set(place, (this.#rejects.get(place) ?? "") + text);
  }

  #write(patch: FilePatch, { from, to }: Target, before: FileState | undefined, result: HunkResult): void {
    const { output, removesEmpty, backs, suffix } = this.#job;
    const { lines, outcomes } = result;
    if (output !== undefined) {
      this.#writeOutput(output, lines);
      return;
    }
    const isInexact = outcomes.some((one) => one.kind === "failed" || one.fuzz > 0 || one.offset !== 0);
    if (backs === "always" || (backs === "mismatch" && isInexact)) {
      this.#tree.put(`${to}${suffix}`, before ?? { lines: [], mode: 0o644 });
    }
    const isGone = lines.length === 0 && (patch.existence.new === "missing" || removesEmpty);
    if (isGone || (from !== to && patch.move === "rename")) this.#tree.remove(from);
    if (isGone) return;
    if (patch.existence.new === "missing") {
      this.#fail(`Not deleting file ${this.#shown(to)} as content differs from patch`);
    }
    const { old: oldMode, new: newMode } = patch.modes;
    const mode = newMode !== undefined && newMode !== oldMode ? newMode : (before?.mode ?? 0o644);
    this.#tree.put(to, { lines, mode });
  }

  #writeOutput(output: string, lines: readonly string[]): void {
    if (this.#job.isDry) return;
    const { files } = this.#context.platform;
    this.#out.flush();
    if (output === "-") files.write(this.#context.stdout, textToBytes(lines), null);
    else files.writeFile(absolutePath(this.#context, output), textToBytes(lines));
  }
}

/** What a patch would do to a file of this size (`undefined`: no file), and why it cannot. */
function contradiction(size: number | undefined): readonly [verb: string, state: string] {
  if (size === undefined) return ["delete", "does not exist"];
  return size === 0 ? ["empty out", "is already empty"] : ["create", "already exists"];
}
