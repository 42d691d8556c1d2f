/** The rescue prompt: says on every console what is wrong, and starts a shell there. */
import { describeError } from "../base/error.ts";
import type { Child, Platform } from "../platform/platform.ts";
import { workingConsoles, writeTo } from "./consoles.ts";
import type { KernelLog } from "./kernel-log.ts";
import { sessionOn } from "./session.ts";
import { CONSOLE_PROGRAMS } from "./system.ts";

/** Time to read the message if no shell can be started. */
const READING_SECONDS = 10;

export function rescueMessage(reason: string): string {
  return (
    `\nbq2: rescue: ${reason}\n` +
    "bq2: rescue: use this shell to find and fix the problem; `dmesg` shows more. `exit` continues the boot;\n" +
    "bq2: rescue: `reboot` and `poweroff` work as usual.\n"
  );
}

/** Resolves when a user has left the shell on one console, after ending the shells on the others. */
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
    log.error("no console can run a rescue shell: the boot continues without one");
    await platform.clock.sleep(READING_SECONDS);
    return;
  }
  await Promise.race(shells.map((shell) => shell.wait()));
  for (const shell of shells) shell.killGroup("SIGHUP");
  await Promise.all(shells.map((shell) => shell.wait()));
}
