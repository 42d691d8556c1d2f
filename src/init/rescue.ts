/** The rescue prompt: says on every console what is wrong, and gives a shell there. */
import { describeError } from "../base/error.ts";
import type { Child, Platform } from "../platform/platform.ts";
import { workingConsoles, writeTo } from "./consoles.ts";
import type { KernelLog } from "./kernel-log.ts";
import { sessionOn } from "./session.ts";
import { CONSOLE_PROGRAMS } from "./system.ts";

/** Time to read the message where there is no shell to be had. */
const READING_SECONDS = 10;

export function rescueMessage(reason: string): string {
  return (
    `\nbq2: rescue: ${reason}\n` +
    "bq2: rescue: this is a shell to look and mend; `dmesg` tells more. Leave it (exit) and the boot goes on;\n" +
    "bq2: rescue: `reboot` and `poweroff` do what they say.\n"
  );
}

/** Resolves when somebody has left the shell on one of the consoles; those on the others are then ended. */
export async function rescue(platform: Platform, log: KernelLog, reason: string): Promise<void> {
  const consoles = workingConsoles(platform);
  const shells: Child[] = [];
  for (const console of consoles) {
    writeTo(platform, console, rescueMessage(reason));
    try {
      const session = sessionOn(platform, console, CONSOLE_PROGRAMS.shell, undefined);
      shells.push(await session.start(session.argv));
    } catch (error) {
      log.error(`no rescue shell on ${console.name}: ${describeError(error)}`);
    }
  }
  if (shells.length === 0) {
    log.error("no console gives a rescue shell: going on without");
    await platform.clock.sleep(READING_SECONDS);
    return;
  }
  await Promise.race(shells.map((shell) => shell.wait()));
  for (const shell of shells) shell.killGroup("SIGHUP");
  await Promise.all(shells.map((shell) => shell.wait()));
}
