/**
 * Process 1 of the machine: performs the steps of the boot, keeps the consoles and services running, reaps
 * orphans, and shuts the machine down on request. It never ends by itself, because the kernel would panic.
 *
 * The kernel never kills it when memory runs out (mm/oom_kill.c, is_global_init). Its children do not inherit
 * that, so no oom_score_adj needs to be set.
 */
import { describeError } from "../base/error.ts";
import { systemCall } from "../linux/syscalls.ts";
import { readText } from "../platform/files.ts";
import type { Platform } from "../platform/platform.ts";
import type { Description } from "../system/description.ts";
import { DHCP_ON_EVERY_CARD, NO_NETWORK } from "../system/networks.ts";
import type { BootStep } from "./boot-step.ts";
import { untilSent, workingConsoles, writeTo } from "./consoles.ts";
import { readDescription } from "./description.ts";
import { ENDING_OF_SIGNAL, ENDINGS, type Ending } from "./endings.ts";
import { markBootGood } from "./good-boot.ts";
import { type KernelLog, kernelLog } from "./kernel-log.ts";
import { type KernelOptions, parseKernelOptions } from "./kernel-options.ts";
import { startNetwork } from "./network.ts";
import { performAll } from "./perform.ts";
import { watchPowerButtons } from "./power-button.ts";
import { rescue } from "./rescue.ts";
import { NO_SERVICES, type RunningServices, startServices } from "./service/start.ts";
import { sessionOn } from "./session.ts";
import { endMachine, takeDown } from "./shutdown.ts";
import { Supervisor } from "./supervise.ts";
import { BOOT_STEPS, CONSOLE_PROGRAMS, READY_MARKER } from "./system.ts";

/** umask(2): only the owner may write to new files. */
const UMASK = 0o022;

/** Everything that process 1 needs while it runs. */
interface Running {
  readonly platform: Platform;
  readonly log: KernelLog;
  readonly supervisor: Supervisor;
  /** Undefined until the boot has come that far; at the shutdown it is too late to start them. */
  services: RunningServices | undefined;
  /** The first ending that is requested. */
  readonly asked: Promise<Ending>;
  readonly ask: (ending: Ending) => void;
}

/** Runs the machine until it is off; never resolves. */
export async function runProcess1(platform: Platform): Promise<never> {
  const running = begin(platform);
  bringUp(running).catch((error: unknown) => rescueFrom(running, error));
  const ending = await running.asked;
  await bringDown(running, ending);
  return new Promise<never>(() => {}); // the kernel ends us
}

function begin(platform: Platform): Running {
  const log = kernelLog(platform);
  const { processes, clock } = platform;
  let ask: (ending: Ending) => void = () => {};
  const asked = new Promise<Ending>((resolve) => {
    ask = resolve;
  });
  systemCall(platform, { name: "umask", action: "set", what: "the umask" }, UMASK);
  processes.beFirst?.({
    orphanEnded: () => {},
    failed: (error) => log.error(`process 1 ignored an error: ${describeError(error)}`),
  });
  processes.onSignal(Object.keys(ENDING_OF_SIGNAL), (signal) => ask(ENDING_OF_SIGNAL[signal] ?? "restart"));
  return { platform, log, supervisor: new Supervisor(clock, log), services: undefined, asked, ask };
}

async function bringUp(running: Running): Promise<void> {
  const { platform, log, supervisor, ask } = running;
  const isWhole = await performAll(platform, BOOT_STEPS, log, (reason) => rescue(platform, log, reason));
  const options = kernelOptions(platform);
  for (const word of options.unknown) log.error(`unknown option ${word} on the kernel's command line`);
  watchPowerButtons(platform, log, () => ask("power-off"));
  if (options.rescueWord !== undefined)
    await rescue(platform, log, `requested by ${options.rescueWord} on the kernel's command line`);
  const description = await describedSystem(running);
  if (description !== "invalid" && description !== undefined)
    await performAll(platform, sysctlSteps(description), log, async () => {});
  startConsoles(running, options);
  if (isWhole && description !== "invalid") tellBootLoader(running);
  const network = description === "invalid" ? NO_NETWORK : (description?.network ?? DHCP_ON_EVERY_CARD);
  startNetwork(platform, log, supervisor, network);
  const services = description === "invalid" ? [] : (description?.services ?? []);
  running.services ??= startServices(platform, log, services);
}

/** The system's own kernel settings. One that cannot be set is logged. */
function sysctlSteps({ sysctls }: Description): BootStep[] {
  return Object.entries(sysctls).map(([name, value]) => ({
    kind: "setting",
    path: `/proc/sys/${name.replaceAll(".", "/")}`,
    value,
    why: "the system's description sets it",
    needed: false,
  }));
}

/** Undefined if the image has no description. */
async function describedSystem({ platform, log }: Running): Promise<Description | "invalid" | undefined> {
  try {
    return await readDescription(platform.files);
  } catch (error) {
    const reason = describeError(error);
    log.error(reason);
    await rescue(platform, log, reason);
    return "invalid";
  }
}

function kernelOptions({ files }: Platform): KernelOptions {
  const path = "/proc/cmdline";
  return parseKernelOptions(files.statusFollowed(path) === undefined ? "" : readText(files, path));
}

/** Says on each console that the system is up, and starts the console's program. */
function startConsoles({ platform, supervisor }: Running, options: KernelOptions): void {
  const argv = CONSOLE_PROGRAMS[options.console];
  const fallback = options.console === "shell" ? undefined : CONSOLE_PROGRAMS.shell;
  for (const console of workingConsoles(platform)) {
    writeTo(platform, console, `${READY_MARKER}\n`);
    supervisor.keepRunning(sessionOn(platform, console, argv, fallback));
  }
}

/** Confirms a good boot, if the boot loader counts this entry. */
function tellBootLoader({ platform, log }: Running): void {
  try {
    const title = markBootGood(platform);
    if (title !== undefined) log.info(`the boot entry ${JSON.stringify(title)} has all its tries again`);
  } catch (error) {
    log.error(`cannot confirm the boot to the boot loader: ${describeError(error)}`);
  }
}

/** Handles an error of this program itself during the boot. */
async function rescueFrom({ platform, log, ask }: Running, error: unknown): Promise<void> {
  const reason = `process 1 failed: ${describeError(error)}`;
  log.error(reason);
  try {
    await rescue(platform, log, reason);
  } finally {
    ask("restart"); // the boot cannot go on
  }
}

async function bringDown(running: Running, ending: Ending): Promise<void> {
  const { platform, log, supervisor } = running;
  running.services ??= NO_SERVICES;
  const { message } = ENDINGS[ending];
  log.info(message);
  const consoles = workingConsoles(platform);
  for (const console of consoles) writeTo(platform, console, `\nbq2: ${message}\n`);
  await untilSent(platform, consoles);
  await running.services.stop();
  supervisor.end();
  await takeDown(platform, log);
  for (const way of [ending, "restart", "halt"] as const) {
    try {
      endMachine(platform, way);
    } catch (error) {
      log.error(`${ENDINGS[way].message}: ${describeError(error)}`);
    }
  }
}
