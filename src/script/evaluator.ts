/** Carries out what is typed at the prompt, and shows the result. */
import { splitWords } from "../base/words.ts";
import type { Platform } from "../platform/platform.ts";
import type { Compiler } from "../program/compiler.ts";
import type { Engine } from "./engine.ts";
import { setGlobals } from "./globals.ts";
import { inspect } from "./inspect.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { installModules } from "./modules.ts";
import { type PromptLine, readPromptLine } from "./prompt-line.ts";
import { exitCode } from "./shell.ts";
import { describeFailure } from "./stack.ts";

/** Where commands run and imports start. `cd` and assignments to `env.NAME` change it. */
export interface Surroundings {
  cwd: string;
  readonly env: { [name: string]: string };
}

export class Evaluator {
  hasFailed = false;
  #count = 0;
  #compiler: Promise<Compiler> | undefined;
  readonly #platform: Platform;
  readonly #engine: Engine;
  readonly #place: Surroundings;

  constructor(platform: Platform, engine: Engine, place: Surroundings) {
    this.#platform = platform;
    this.#engine = engine;
    this.#place = place;
  }

  /** Parses `text`; shows an error and returns `undefined` if it is not TypeScript. */
  async read(text: string): Promise<PromptLine | undefined> {
    try {
      return await readPromptLine(() => this.#loadCompiler(), text, this.#name(this.#count + 1));
    } catch (error) {
      this.showError(error);
      return undefined;
    }
  }

  /** Shows errors and never throws. */
  async carryOut(entry: PromptLine): Promise<void> {
    try {
      await interruptible(this.#engine, async () => {
        if (entry.kind === "command") await this.#runCommand(splitWords(entry.line));
        if (entry.kind === "code") await this.#evaluate(entry.javaScript);
      });
    } catch (error) {
      this.showError(error);
    }
  }

  showError(error: unknown): void {
    this.hasFailed = true;
    this.#platform.host.writeError(`${describeProblem(error)}\n`);
  }

  async #evaluate(javaScript: string): Promise<void> {
    this.#count += 1;
    const { value } = await this.#engine.evaluate(javaScript, this.#name(this.#count));
    if (value === undefined) return;
    setGlobals({ _: value });
    this.#platform.host.writeOut(`${inspect(value)}\n`);
  }

  /** The name is a path in the current folder, because relative imports start there. */
  #name(number: number): string {
    return `${this.#place.cwd === "/" ? "" : this.#place.cwd}/<prompt ${number}>`;
  }

  async #runCommand(argv: readonly string[]): Promise<void> {
    if (argv.length === 0) return;
    const child = await this.#platform.processes.spawn({
      argv,
      ...this.#place,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
    const code = exitCode(await child.wait());
    if (code === 0) return;
    this.hasFailed = true;
    this.#platform.host.writeError(`${argv[0]}: ended with ${code}\n`);
  }

  #loadCompiler(): Promise<Compiler> {
    this.#compiler ??= this.#engine.loadCompiler().then((compiler) => {
      installModules(this.#platform.files, this.#engine, compiler);
      return compiler;
    });
    return this.#compiler;
  }
}

function describeProblem(error: unknown): string {
  // On a new line, after the ^C that the terminal shows.
  return error instanceof Interrupted ? `\n${error.message}` : describeFailure(error, inspect);
}
