/**
 * How each action is carried out inside a step's namespace: one executor a kind. A new kind of
 * action does not compile until it has one.
 */
import { Bq2Error } from "../base/error.ts";
import { dirname } from "../base/path.ts";
import { nameToBytes } from "../base/text.ts";
import { type InsideAction, objectName } from "../plan/action.ts";
import { copyFile, copyTree } from "../platform/copy.ts";
import { makeFolders, readText, removeTree, walk } from "../platform/files.ts";
import type { Exit, Files, Platform, SpawnOptions } from "../platform/platform.ts";
import { kconfigProblems } from "../recipe/kconfig.ts";
import { applyPatchToTree } from "../sources/patch.ts";

export interface ExecutionContext {
  readonly platform: Platform;
  readonly jobs: number;
  /** Patch texts by sha256 (names of `base/text.ts`: any bytes). */
  readonly patches: Readonly<Record<string, string>>;
}

type Executor<K extends InsideAction["kind"]> = (
  action: Extract<InsideAction, { kind: K }>,
  context: ExecutionContext,
) => void | Promise<void>;

/** A program that ended otherwise than with 0. */
export class ProgramFailure extends Bq2Error {
  readonly exit: Exit;

  constructor(argv: readonly string[], exit: Exit) {
    const how = exit.signal === undefined ? `exit code ${exit.code}` : `signal ${exit.signal}`;
    super(`Program failed with ${how}: ${argv.join(" ")}`, { code: "program-failed" });
    this.exit = exit;
  }
}

const EXECUTORS: { readonly [K in InsideAction["kind"]]: Executor<K> } = {
  async run(action, { platform, jobs }) {
    const argv = action.argv.map((word) => word.replaceAll("{jobs}", String(jobs)));
    const program = requireProgram(platform, argv[0] ?? "", action.env.PATH ?? "");
    await runProgram(platform, { ...action, argv: [program, ...argv.slice(1)] });
  },
  async compile({ argv, sources, folder, env }, { platform, jobs }) {
    const [compiler = "", ...flags] = argv;
    const program = requireProgram(platform, compiler, env.PATH ?? "");
    await inParallel(jobs, sources, async (source) => {
      const words = [program, ...flags, "-c", source, "-o", objectName(source)];
      await runProgram(platform, { argv: words, cwd: folder, env });
    });
  },
  "write-file"({ path, text, mode }, { platform: { files } }) {
    makeFolders(files, dirname(path), 0o755);
    files.writeFile(path, nameToBytes(text), Number.parseInt(mode, 8));
    files.setMode(path, Number.parseInt(mode, 8));
  },
  "make-folder"({ path, mode }, { platform: { files } }) {
    makeFolders(files, path, 0o755);
    files.setMode(path, Number.parseInt(mode, 8));
  },
  symlink({ path, target }, { platform: { files } }) {
    makeFolders(files, dirname(path), 0o755);
    if (files.status(path)?.kind === "symlink") files.removeFile(path);
    files.symlink(target, path);
  },
  copy({ from, to, only }, { platform: { files } }) {
    makeFolders(files, dirname(to), 0o755);
    if (only === "") copyTree(files, from, to);
    else copyMatching(files, from, to, only);
  },
  remove({ path }, { platform: { files } }) {
    if (files.status(path) === undefined) {
      throw new Bq2Error(`Cannot remove ${path}: nothing is there`, {
        code: "ENOENT",
        hint: "the build no longer makes it: drop the action from the recipe",
      });
    }
    removeTree(files, path);
  },
  patch({ folder, file, sha256 }, { platform, patches }) {
    const text = patches[sha256];
    if (text === undefined) throw new RangeError(`Cannot apply ${file}: its text was not handed over`);
    applyPatchToTree(platform, { patch: nameToBytes(text), folder, name: file });
  },
  "check-kconfig"({ config, options }, { platform }) {
    const problems = kconfigProblems(options, readText(platform.files, config));
    if (problems.length === 0) return;
    throw new Bq2Error(
      `Cannot use ${config}: ${problems.length} options did not survive\n  ${problems.join("\n  ")}`,
      {
        code: "kconfig-mismatch",
        hint: "an option lost its dependencies: look it up in upstream's Kconfig and set what it depends on",
      },
    );
  },
};

type Command = Pick<SpawnOptions, "argv" | "cwd" | "env">;

async function runProgram(platform: Platform, { argv, cwd, env }: Command): Promise<void> {
  const child = await platform.processes.spawn({
    ...{ argv, cwd, env },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  const exit = await child.wait();
  if (exit.code !== 0) throw new ProgramFailure(argv, exit);
}

/** `work` on every item, `width` at once; after a failure no more begin, and the first one is thrown at the end. */
async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift()) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
}

/** The files below `from` whose names end in `suffix`, with the folders that lead to them. */
function copyMatching(files: Files, from: string, to: string, suffix: string): void {
  for (const { path, status } of walk(files, from)) {
    if (status.kind === "folder" || !path.endsWith(suffix)) continue;
    makeFolders(files, dirname(`${to}/${path}`), 0o755);
    copyFile(files, `${from}/${path}`, `${to}/${path}`);
  }
}

export function requireProgram(platform: Platform, program: string, path: string): string {
  const found = platform.processes.find(program, path);
  if (found !== undefined) return found;
  throw new Bq2Error(`Cannot run ${program}: it is not on PATH=${path}`, {
    code: "missing-program",
    hint: "the step needs a package that brings it",
  });
}

/** Carries one action out; rejects with the error that stopped it. */
export async function execute(action: InsideAction, context: ExecutionContext): Promise<void> {
  const executor = EXECUTORS[action.kind] as (
    action: InsideAction,
    context: ExecutionContext,
  ) => void | Promise<void>;
  await executor(action, context);
}

/** One line for logs and `--dry-run`. */
export function describeAction(action: { readonly kind: string } & Record<string, unknown>): string {
  const { kind, ...rest } = action;
  if (kind === "run" && Array.isArray(rest.argv)) return `${String(rest.cwd)}$ ${rest.argv.join(" ")}`;
  const words = Object.entries(rest).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${key}=${text.length > 60 ? `${text.slice(0, 57).replaceAll("\n", "\\n")}…` : text.replaceAll("\n", "\\n")}`;
  });
  return `${kind} ${words.join(" ")}`;
}
