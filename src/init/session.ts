/** A program on a console, with job control and the terminal's original settings. */
import { systemCall } from "../linux/syscalls.ts";
import { TCGETS, TCSETS } from "../platform/linux-abi.ts";
import type { Child, Platform } from "../platform/platform.ts";
import { type Console, openConsole } from "./consoles.ts";
import type { Supervised } from "./supervise.ts";
import { ENVIRONMENT } from "./system.ts";

const HOME = ENVIRONMENT.HOME;
const TERMIOS_BYTES = 64; // more than struct termios (include/uapi/asm-generic/termbits.h)

/** `argv` on `console`, or `fallback` if `argv` ends too soon too often. */
export function sessionOn(
  platform: Platform,
  console: Console,
  argv: readonly string[],
  fallback: readonly string[] | undefined,
): Supervised {
  let settings: Uint8Array | undefined;
  return {
    name: `console ${console.name}`,
    argv,
    fallback,
    async start(words) {
      const fd = openConsole(platform, console);
      try {
        if (settings === undefined) settings = terminalSettings(platform, fd);
        else setTerminal(platform, fd, settings); // a killed program may have left it without echo
        return await startOn(platform, console, fd, words);
      } finally {
        platform.files.close(fd);
      }
    },
  };
}

function startOn(platform: Platform, { term }: Console, fd: number, argv: readonly string[]): Promise<Child> {
  return platform.processes.spawn({
    argv,
    cwd: platform.files.statusFollowed(HOME)?.kind === "folder" ? HOME : "/",
    env: { ...ENVIRONMENT, TERM: term },
    stdin: { fd },
    stdout: { fd },
    stderr: { fd },
    ownTerminal: true,
  });
}

function terminalSettings(platform: Platform, fd: number): Uint8Array {
  const settings = new Uint8Array(TERMIOS_BYTES);
  const call = { name: "ioctl", action: "read the settings of", what: "a terminal" } as const;
  systemCall(platform, call, fd, TCGETS, settings);
  return settings;
}

function setTerminal(platform: Platform, fd: number, settings: Uint8Array): void {
  const call = { name: "ioctl", action: "restore the settings of", what: "a terminal" } as const;
  systemCall(platform, call, fd, TCSETS, settings);
}
