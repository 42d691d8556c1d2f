/**
 * Carries out actions inside a step's namespace, with one executor for each kind. A new kind of action does
 * not compile until it has one.
 */
import { Bq2Error } from "../../base/error.ts";
import { dirname } from "../../base/path.ts";
import { nameToBytes } from "../../base/text.ts";
import { JOBSERVER_FLAG, type JobDescriptors, type JobTokens } from "../../linux/job-tokens.ts";
import { applyPatchToTree } from "../../patch/patch.ts";
import { objectName, SHARED_JOBS } from "../../plan/action.ts";
import { copyFile, copyTree } from "../../platform/copy.ts";
import { makeFolders, readText, removeTree, walk } from "../../platform/files.ts";
import type { Exit, Files, Platform, SpawnOptions } from "../../platform/platform.ts";
import { requireProgram } from "../../platform/require-program.ts";
import { kconfigProblems } from "../../recipe/kconfig.ts";
import type { ResolvedAction } from "./request.ts";

export interface StepJobs {
  readonly descriptors: JobDescriptors;
  readonly tokens: JobTokens;
}

export interface ExecutionContext {
  readonly platform: Platform;
  /** Jobs that the step may take besides its own. */
  readonly jobs: StepJobs;
}

type Executor<K extends ResolvedAction["kind"]> = (
  action: Extract<ResolvedAction, { kind: K }>,
  context: ExecutionContext,
) => void | Promise<void>;

/** A program that ended with a signal or an exit code other than 0. */
export class ProgramFailure extends Bq2Error {
  readonly exit: Exit;

  constructor(argv: readonly string[], exit: Exit) {
    const how = exit.signal === undefined ? `exit code ${exit.code}` : `signal ${exit.signal}`;
    super(`Program failed with ${how}: ${argv.join(" ")}`, { code: "program-failed" });
    this.exit = exit;
  }
}

const EXECUTORS: { readonly [K in ResolvedAction["kind"]]: Executor<K> } = {
  async run(action, { platform, jobs }) {
    const [name = "", ...words] = action.argv;
    const program = findProgram(platform, name, action.env);
    const argv = [program, ...words.map((word) => (word === SHARED_JOBS ? JOBSERVER_FLAG : word))];
    const extraFds = words.includes(SHARED_JOBS) ? jobs.descriptors : [];
    await runProgram(platform, { argv, cwd: action.cwd, env: action.env, extraFds });
  },
  async compile({ argv, sources, folder, env }, { platform, jobs }) {
    const [compiler = "", ...flags] = argv;
    const program = findProgram(platform, compiler, env);
    await inParallel(platform, jobs.tokens, sources, async (source) => {
      const words = [program, ...flags, "-c", source, "-o", objectName(source)];
      await runProgram(platform, { argv: words, cwd: folder, env, extraFds: [] });
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
    if (only === "") copyTree(files, from, to, { merge: true });
    else copyMatching(files, from, to, only);
  },
  remove({ path }, { platform: { files } }) {
    if (files.status(path) === undefined) {
      throw new Bq2Error(`Cannot remove ${path}: it does not exist`, {
        code: "ENOENT",
        hint: "the build no longer makes it: remove the action from the recipe",
      });
    }
    removeTree(files, path);
  },
  patch({ folder, file, text }, { platform }) {
    applyPatchToTree(platform, { patch: nameToBytes(text), folder, name: file });
  },
  "check-kconfig"({ config, options }, { platform }) {
    const problems = kconfigProblems(options, readText(platform.files, config));
    if (problems.length === 0) return;
    throw new Bq2Error(
      `Cannot use ${config}: Kconfig dropped or changed ${problems.length} options\n  ${problems.join("\n  ")}`,
      {
        code: "kconfig-mismatch",
        hint: "an option lacks a dependency: look it up in upstream's Kconfig files and set what it depends on",
      },
    );
  },
};

type Command = Required<Pick<SpawnOptions, "argv" | "cwd" | "env" | "extraFds">>;

async function runProgram(platform: Platform, command: Command): Promise<void> {
  const child = await platform.processes.spawn({
    ...command,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  const exit = await child.wait();
  if (exit.code !== 0) throw new ProgramFailure(command.argv, exit);
}

/** Interval between looks for a job that another program gave back. */
const POLL_SECONDS = 0.05;

/**
 * Does `work` on every item, as many at once as there are jobs: one with the step's own job, each other with
 * a taken one. After a failure no more start, and the first failure is thrown at the end.
 */
async function inParallel<T>(
  { clock }: Platform,
  tokens: JobTokens,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  const begin = (item: T): void => {
    const one = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        running.delete(one);
        if (running.size > 0) tokens.give();
      });
    running.add(one);
  };
  while (left.length > 0 && failures.length === 0) {
    if (running.size === 0 || tokens.tryTake()) begin(left.shift() as T);
    else await Promise.race([...running, clock.sleep(POLL_SECONDS)]);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

/** Copies the files below `from` whose names end with `suffix`, and the folders that lead to them. */
function copyMatching(files: Files, from: string, to: string, suffix: string): void {
  for (const { path, status } of walk(files, from)) {
    if (status.kind === "folder" || !path.endsWith(suffix)) continue;
    makeFolders(files, dirname(`${to}/${path}`), 0o755);
    copyFile(files, `${from}/${path}`, `${to}/${path}`);
  }
}

/** Path of a program in the step's own namespace. */
function findProgram(platform: Platform, name: string, { PATH = "" }: Readonly<Record<string, string>>) {
  return requireProgram(platform, name, { path: PATH, hint: "the step needs a package that contains it" });
}

/** Carries out one action; rejects with the error that stopped it. */
export async function execute(action: ResolvedAction, context: ExecutionContext): Promise<void> {
  const executor = EXECUTORS[action.kind] as (
    action: ResolvedAction,
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
