/** The TypeScript prompt of a machine under test, on its serial console. */
import type { Vm } from "./qemu.ts";

export const PROMPT = /^> $/m;

/** Types a line, waits for what it is answered with and for the next prompt, `seconds` for each; gives the answer's match. */
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
