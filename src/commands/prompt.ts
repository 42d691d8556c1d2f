import { defineCommand } from "../command-line/command.ts";
import { requireEngine } from "../command-line/context.ts";
import { readKeys, terminalSize } from "../linux/terminal.ts";
import type { Platform } from "../platform/platform.ts";
import type { Terminal } from "../script/line-reader.ts";
import { runPrompt } from "../script/prompt.ts";
import { VERSION } from "../version.ts";

const STANDARD_INPUT = 0;
const KEYS_AT_ONCE = 4096; // N_TTY_BUF_SIZE, linux/drivers/tty/n_tty.c

export const command = defineCommand({
  description:
    "If standard input is not a terminal, the prompt evaluates the lines of standard input and then ends.",
  parameters: { flags: {} },
  async func() {
    const banner = `bq2 ${VERSION}: a TypeScript prompt. help() explains it, !command runs a program.`;
    const { platform } = this;
    this.setExitCode(await runPrompt(platform, requireEngine(this), terminalOf(platform), banner));
  },
});

/** Undefined if standard input is not a terminal. */
function terminalOf(platform: Platform): Terminal | undefined {
  const { files, host, kernel } = platform;
  try {
    terminalSize(platform, STANDARD_INPUT);
  } catch {
    return undefined;
  }
  const buffer = new Uint8Array(KEYS_AT_ONCE);
  return {
    async read() {
      await kernel.waitReadable?.(STANDARD_INPUT);
      const length = files.read(STANDARD_INPUT, buffer, 0, buffer.length, null);
      return buffer.slice(0, length);
    },
    write: (text) => host.writeOut(text),
    columns: () => terminalSize(platform, STANDARD_INPUT).columns,
    readKeys: () => readKeys(platform, STANDARD_INPUT),
  };
}
