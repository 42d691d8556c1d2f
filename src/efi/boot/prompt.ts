/**
 * A TypeScript prompt on the firmware, with all bindings as globals. TypeScript's compiler is a program file
 * on the EFI system partition; without it the prompt takes JavaScript.
 */
import { addProgram, evaluate } from "bq2:firmware";
import { BOOT_FOLDER } from "../../formats/boot-entries.ts";
import { type Compiler, loadCompiler } from "../../program/compiler.ts";
import { inspect } from "../../script/inspect.ts";
import { readPromptLine } from "../../script/prompt-line.ts";
import { describeFailure } from "../../script/stack.ts";
import type { Volume } from "../files.ts";
import * as bindings from "../index.ts";
import { readLine } from "../keys.ts";
import { write } from "../text-console.ts";

export const COMPILER_FILE: string = `${BOOT_FOLDER}/typescript`;

/** Returns when the user leaves with Escape or Control-D. */
export async function runPrompt(volume: Volume): Promise<void> {
  const compiler = await compilerOf(volume);
  Object.assign(globalThis, bindings);
  const language = compiler === undefined ? `JavaScript (there is no ${COMPILER_FILE})` : "TypeScript";
  write(`${language}. The bindings are at hand, such as ownVolume().list("/"); Escape leaves.\n`);
  for (let count = 1; ; ) {
    const text = await readLine("> ");
    if (text === undefined) return;
    try {
      const javaScript = await understand(compiler, text, `<prompt ${count}>`);
      if (javaScript === undefined) continue;
      const { value } = await evaluate(javaScript, `<prompt ${count++}>`);
      if (value !== undefined) write(`${inspect(value)}\n`);
    } catch (error) {
      write(`${describeFailure(error, inspect)}\n`);
    }
  }
}

/** The line as JavaScript; undefined if it is empty. Throws Bq2Error `syntax`. */
async function understand(
  compiler: Compiler | undefined,
  text: string,
  name: string,
): Promise<string | undefined> {
  if (compiler === undefined) return text;
  const line = await readPromptLine(async () => compiler, text, name);
  if (line.kind === "unfinished") throw line.error;
  return line.kind === "code" ? line.javaScript : undefined;
}

async function compilerOf(volume: Volume): Promise<Compiler | undefined> {
  if (volume.status(COMPILER_FILE) === undefined) return undefined;
  write("Loading the compiler…\n");
  return loadCompiler(() => addProgram(volume.readFile(COMPILER_FILE)));
}
