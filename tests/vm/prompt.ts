/** The TypeScript prompt of a machine under test, on its serial console. */
import type { Vm } from "./qemu.ts";

export const PROMPT = /^> $/m;

/**
 * Types a line, waits for `answer` and for the next prompt, `seconds` each, and returns the answer's match.
 */
export async function askPrompt(
  vm: Vm,
  line: string,
  answer: RegExp,
  seconds: number,
): Promise<RegExpMatchArray> {
  vm.send(`${line}\r`);
  const match = await vm.waitFor(answer, seconds);
  await vm.waitFor(PROMPT, seconds);
  return match;
}
