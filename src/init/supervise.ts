/** Programs that process 1 keeps running: sessions on the consoles, and services. */
import { describeError } from "../base/error.ts";
import type { Child, Clock, Exit } from "../platform/platform.ts";
import { countQuickEnds, isHopeless, waitBeforeStart } from "./back-off.ts";
import type { KernelLog } from "./kernel-log.ts";

export interface Supervised {
  /** Used in messages. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Started after `argv` has ended too soon too often. */
  readonly fallback: readonly string[] | undefined;
  start(argv: readonly string[]): Promise<Child>;
}

export class Supervisor {
  readonly #clock: Clock;
  readonly #log: KernelLog;
  readonly #running = new Set<Child>();
  #isEnding = false;

  constructor(clock: Clock, log: KernelLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Starts the program, and restarts it whenever it ends, until {@link end}. Never throws. */
  async keepRunning(program: Supervised): Promise<void> {
    let quickEnds = 0;
    while (!this.#isEnding) {
      const argv = isHopeless(quickEnds) ? (program.fallback ?? program.argv) : program.argv;
      const startedAt = this.#clock.monotonicSeconds();
      const ending = await this.runOnce(program, argv);
      quickEnds = countQuickEnds(quickEnds, this.#clock.monotonicSeconds() - startedAt);
      if (isHopeless(quickEnds) && !this.#isEnding)
        this.#log.warn(`${program.name}: ${argv.join(" ")} failed ${quickEnds} times in a row: it ${ending}`);
      await this.#clock.sleep(waitBeforeStart(quickEnds));
    }
  }

  /** Starts the program once; resolves to a description of how it ended. Never throws. */
  async runOnce({ name, start }: Supervised, argv: readonly string[]): Promise<string> {
    try {
      const child = await start(argv);
      this.#running.add(child);
      const exit = await child.wait();
      this.#running.delete(child);
      return describeExit(exit);
    } catch (error) {
      this.#log.error(`${name}: ${describeError(error)}`);
      return "could not be started";
    }
  }

  /** Restarts nothing any more, and hangs up what still runs: shells ignore SIGTERM. */
  end(): void {
    this.#isEnding = true;
    for (const child of this.#running) child.killGroup("SIGHUP");
  }
}

function describeExit(exit: Exit): string {
  return exit.signal === undefined ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
}
