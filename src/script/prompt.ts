/** The TypeScript prompt: reads, evaluates and prints. */
import { Bq2Error } from "../base/error.ts";
import { resolvePath } from "../base/path.ts";
import type { Platform } from "../platform/platform.ts";
import { provide } from "./api.ts";
import { complete } from "./complete.ts";
import type { Engine } from "./engine.ts";
import { Evaluator, type Surroundings } from "./evaluator.ts";
import { installGlobals, setGlobals } from "./globals.ts";
import { openHistory } from "./history.ts";
import { type LineReader, lineReader, type Terminal, type Typed } from "./line-reader.ts";
import { limitMemory } from "./memory.ts";
import { plainReader } from "./plain-reader.ts";
import type { PromptLine } from "./prompt-line.ts";
import { trackRejections } from "./rejections.ts";
import { makeShell } from "./shell.ts";

const PROMPT = "> ";
const PROMPT_FOR_MORE = "... ";
const HISTORY_FILE = ".bq2_history";

const HELP = `TypeScript: any expression or statement; await works at the top, import works anywhere.
  !ls -l /           runs a program without a shell in between; !sh opens a shell
  await $\`ls \${dir}\`  runs a program and returns { stdout, stderr, code }
  files.list("/")    the machine: files, processes, clock, host, bulk, kernel
  cd("/workspace")   changes the folder where programs and imports start
  _                  the last value
Tab completes, Up and Down recall lines, Ctrl-C interrupts, Ctrl-D or exit() leaves.
More: !bq2 --help`;

/**
 * Serves the person at `terminal`; without a terminal, reads all lines of standard input. Returns the exit
 * code: 0, or 1 if a line failed and there is no terminal.
 */
export async function runPrompt(
  platform: Platform,
  engine: Engine,
  terminal: Terminal | undefined,
  banner: string,
): Promise<number> {
  const { files, host } = platform;
  const place: Surroundings = { cwd: host.cwd, env: { ...host.env } };
  installGlobals(platform, engine);
  setGlobals(namesOf(platform, engine, place));
  limitMemory(files, engine);
  const history = openHistory(files, `${host.env.HOME ?? "/root"}/${HISTORY_FILE}`);
  const reader =
    terminal === undefined
      ? plainReader(platform)
      : lineReader(terminal, history, (before) => complete(platform, place, globalThis, before));
  terminal?.write(`${banner}\n`);
  const evaluator = new Evaluator(platform, engine, place);
  trackRejections(engine, (reason) => evaluator.showError(reason));
  for (;;) {
    const entry = await readEntry(reader, evaluator, (line) => {
      if (terminal !== undefined) history.add(line);
    });
    if (entry === "left") return terminal === undefined && evaluator.hasFailed ? 1 : 0;
    await evaluator.carryOut(entry);
  }
}

/** Reads lines up to the end of a statement. After a syntax error, which is shown, starts again. */
async function readEntry(
  reader: LineReader,
  evaluator: Evaluator,
  remember: (line: string) => void,
): Promise<PromptLine | "left"> {
  let lines: string[] = [];
  let unfinished: Bq2Error | undefined;
  for (;;) {
    const typed: Typed = await reader.readLine(lines.length === 0 ? PROMPT : PROMPT_FOR_MORE);
    if (typed === "left" && lines.length === 0) return typed;
    if (typed === "left" || typed === "dropped") {
      if (typed === "left" && unfinished !== undefined) evaluator.showError(unfinished);
      lines = [];
      continue;
    }
    remember(typed.line);
    lines.push(typed.line);
    const entry = await evaluator.read(lines.join("\n"));
    if (entry?.kind === "unfinished") unfinished = entry.error;
    else if (entry !== undefined) return entry;
    else lines = [];
  }
}

/** Global names that only the prompt has: the API, and functions for a person. */
function namesOf(platform: Platform, engine: Engine, place: Surroundings): object {
  const { files, host } = platform;
  const exit = (code = 0): never => engine.exit(code);
  return {
    ...provide(platform, { args: [], $: makeShell(platform, () => place), exit }),
    env: place.env,
    pwd: () => place.cwd,
    cd(path = place.env.HOME ?? "/") {
      const target = resolvePath(place.cwd, path);
      if (files.statusFollowed(target)?.kind !== "folder") {
        throw new Bq2Error(`Cannot change to ${target}: there is no such folder`, { code: "no-folder" });
      }
      place.cwd = target;
    },
    help: () => host.writeOut(`${HELP}\n`),
  };
}
