/**
 * Machines for tests: started under QEMU with the same argv as `bq2 boot`, controlled through their serial
 * console and QEMU's monitor, and always ended.
 *
 * @example
 * await withVm({ arch: "x86_64", disk }, async (vm) => {
 *   await vm.waitFor(/bq2: ready/, 120);
 *   vm.send("poweroff\n");
 *   await vm.waitForPowerOff(30);
 * });
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ARCHES, type Arch } from "../../src/base/arch.ts";
import { type Disk, qemuArgv } from "../../src/machine/qemu.ts";
import { findTool, requireFiles, requireTools } from "../oracle.ts";

export interface OwnKernel {
  readonly path: string;
  /** Appended to the compiled-in command line. */
  readonly words: string;
  /** What happens to its writes to the disk; `refuse`: the disk is read-only. */
  readonly writes: "forget" | "keep" | "refuse";
}

export interface VmOptions {
  readonly arch: Arch;
  /** Path and format of a disk, not changed by default. Without a disk the firmware starts its own shell. */
  readonly disk?: Omit<Disk, "keepChanges">;
  /** Started directly, instead of what the firmware finds on the disk. */
  readonly kernel?: OwnKernel;
  /** Another disk, not booted from; the kernel's last virtio disk. Read-only by default. */
  readonly secondDisk?: Omit<Disk, "keepChanges"> & { readonly writes?: OwnKernel["writes"] };
  /** The clock at the start, such as `2028-11-24T00:00:00`; by default the host's time. */
  readonly clock?: string;
  readonly network?: boolean;
  /** Keeps writes to the disk that the firmware boots. */
  readonly keepsWrites?: boolean;
  /** Adds a screen, for the monitor's `screendump`. */
  readonly display?: boolean;
  readonly memoryMiB?: number;
}

export interface Vm {
  /** All text on the serial console so far, without control sequences. */
  readonly log: () => string;
  /**
   * Waits for text after the earlier calls' matches; returns the match. Throws after `seconds`, or at power
   * off.
   */
  waitFor(pattern: RegExp, seconds: number): Promise<RegExpMatchArray>;
  /**
   * Seconds of processor time that the emulator had used when text that matches `pattern` appeared; throws if
   * it is not on the console. A working machine uses one of the host's processors, so on an idle host this is
   * the time.
   */
  processorSeconds(pattern: RegExp): number;
  /** Types on the console. A line ends in `\n` for Linux, in `\r` for the firmware. */
  send(text: string): void;
  /** Sends a command to QEMU's monitor (QEMU's manual, "QEMU Monitor"). */
  monitor(command: string): Promise<void>;
  /** Kills QEMU, which loses everything that it has not written yet. */
  cutPower(): Promise<void>;
  /** Waits until the machine powers off by itself. Throws after `seconds`, or if QEMU failed. */
  waitForPowerOff(seconds: number): Promise<void>;
}

/** True if machines of that architecture can be started; in CI, throws if they cannot. */
export function canRunVm(arch: Arch): boolean {
  const { program, firmware } = ARCHES[arch].emulator;
  const [debian] = firmware; // CI is Debian
  if (debian === undefined) throw new Error(`Cannot test ${arch}: no firmware is listed`);
  return requireTools(program, "setpriv") && requireFiles(debian.code, debian.variables);
}

/**
 * Starts a machine, runs `body`, and ends the machine whatever happens. If `body` fails, the console's log is
 * kept and its path added to the error.
 */
export async function withVm<T>(options: VmOptions, body: (vm: Vm) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bq2-vm-"));
  const monitor = join(folder, "monitor");
  const console = new SerialConsole(startQemu(options, monitor), monitor);
  try {
    return await body(console);
  } catch (error) {
    const path = keepLog(console.log());
    throw new Error(`${error instanceof Error ? error.message : error}\n  console: ${path}`, {
      cause: error,
    });
  } finally {
    await console.end();
    rmSync(folder, { recursive: true });
  }
}

function startQemu(options: VmOptions, monitor: string): ChildProcess {
  const emulator = ARCHES[options.arch].emulator;
  const [firmware] = emulator.firmware;
  const program = findTool(emulator.program);
  if (program === undefined || firmware === undefined)
    throw new Error(`Cannot start ${emulator.program}: not found`);
  const argv = qemuArgv(program, {
    arch: options.arch,
    acceleration: "tcg", // /dev/kvm is not usable everywhere
    memoryMiB: options.memoryMiB ?? 512,
    cpuCount: 2,
    firmware,
    disk:
      options.kernel === undefined && options.disk
        ? { ...options.disk, keepChanges: options.keepsWrites ?? false }
        : undefined,
    network: options.network ?? false,
    serial: "pipe",
  });
  argv.push("-monitor", `unix:${monitor},server=on,wait=off`);
  if (options.display) argv.push("-device", "virtio-gpu-pci");
  if (options.kernel !== undefined) {
    argv.push("-kernel", options.kernel.path, "-append", options.kernel.words);
    if (options.disk) argv.push("-drive", driveBeside(options.disk, options.kernel.writes));
  }
  if (options.secondDisk !== undefined)
    argv.push("-drive", driveBeside(options.secondDisk, options.secondDisk.writes ?? "refuse"));
  if (options.clock !== undefined) argv.push("-rtc", `base=${options.clock}`);
  // The kernel kills QEMU when this process ends for any reason.
  return spawn("setpriv", ["--pdeathsig", "KILL", ...argv], { stdio: ["pipe", "pipe", "pipe"] });
}

/** A disk that the firmware does not boot from: it must not be the first, which `-kernel` is. */
function driveBeside({ path, format }: Omit<Disk, "keepChanges">, writes: OwnKernel["writes"]): string {
  const how = { forget: "snapshot=on", keep: "snapshot=off", refuse: "readonly=on" }[writes];
  return `if=virtio,format=${format},${how},file=${path}`;
}

class SerialConsole implements Vm {
  readonly #process: ChildProcess;
  readonly #monitorPath: string;
  readonly #ended: Promise<void>;
  #text = "";
  /** The log's length after each output, and the processor time used until then. */
  readonly #arrivals: { readonly length: number; readonly processorSeconds: number }[] = [];
  #errors = "";
  #matchedUpTo = 0;
  #isOff = false;
  /** Called for each new text and at the end. */
  #wake: () => void = () => {};

  constructor(process: ChildProcess, monitorPath: string) {
    this.#process = process;
    this.#monitorPath = monitorPath;
    process.stdout?.setEncoding("latin1").on("data", (text: string) => {
      const processorSeconds = processorSecondsOf(process); // before anything else: the machine keeps running
      this.#text += text;
      this.#arrivals.push({ length: this.log().length, processorSeconds });
      this.#wake();
    });
    process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    process.stdin?.on("error", () => {}); // the machine may be off while we type
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#isOff = true;
        this.#wake();
        resolve();
      };
      process.on("close", end);
      process.on("error", (error) => {
        this.#errors += error.message;
        end();
      });
    });
  }

  log(): string {
    return stripVTControlCharacters(this.#text).replaceAll("\r", "");
  }

  async waitFor(pattern: RegExp, seconds: number): Promise<RegExpMatchArray> {
    const find = (): RegExpMatchArray | null => this.log().slice(this.#matchedUpTo).match(pattern);
    await this.#until(() => find() !== null || this.#isOff, seconds);
    const match = find();
    if (match === null) {
      const why = this.#isOff ? "the machine is off" : `not in ${seconds} s`;
      throw new Error(`Cannot find ${pattern} on the console: ${why}${this.#describe()}`);
    }
    this.#matchedUpTo += (match.index ?? 0) + match[0].length;
    return match;
  }

  processorSeconds(pattern: RegExp): number {
    const match = this.log().match(pattern);
    const end = (match?.index ?? Number.NaN) + (match?.[0].length ?? 0);
    const arrival = this.#arrivals.find(({ length }) => length >= end);
    if (arrival === undefined) throw new Error(`Cannot time ${pattern}: it is not on the console`);
    return arrival.processorSeconds;
  }

  send(text: string): void {
    this.#process.stdin?.write(text, "latin1");
  }

  async monitor(command: string): Promise<void> {
    const socket = connect(this.#monitorPath);
    await once(socket, "connect");
    socket.end(`${command}\n`);
    await once(socket.resume(), "close");
  }

  async cutPower(): Promise<void> {
    await this.end();
  }

  async waitForPowerOff(seconds: number): Promise<void> {
    await this.#until(() => this.#isOff, seconds);
    if (!this.#isOff)
      throw new Error(`Cannot see the machine off: still on after ${seconds} s${this.#describe()}`);
    if (this.#process.exitCode !== 0)
      throw new Error(`Cannot see the machine off: QEMU failed${this.#describe()}`);
  }

  /** Ends QEMU if it still runs, and waits until it is gone. */
  async end(): Promise<void> {
    if (!this.#isOff) this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Resolves when `isDone` is true after some output, or after `seconds`. */
  async #until(isDone: () => boolean, seconds: number): Promise<void> {
    if (isDone()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        if (!isDone()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  /** The last lines, and QEMU's own messages, to show with a failure. */
  #describe(): string {
    const lines = this.log().trimEnd().split("\n").slice(-15);
    const own = this.#errors === "" ? "" : `\nQEMU: ${this.#errors.trim()}`;
    return `; its last lines:\n${lines.map((line) => `  | ${line}`).join("\n")}${own}`;
  }
}

/** proc_pid_stat(5): utime and stime, in ticks of 10 ms; NaN if the process has ended. */
function processorSecondsOf({ pid }: ChildProcess): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

let keptLogs = 0;

function keepLog(text: string): string {
  const folder = join("dist", "vm-logs");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${process.pid}-${++keptLogs}.log`);
  writeFileSync(path, text);
  return path;
}
