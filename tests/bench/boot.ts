/**
 * `npm run bench:boot -- BASELINE [IMAGE]`: boots two images in turn under emulation, and compares the time
 * from the kernel's start to {@link READY_MARKER} and the memory in use. BASELINE and IMAGE are workspaces
 * with a finished build; IMAGE is `data/sysroot` by default.
 *
 * For a baseline with busybox as process 1, build commit 96b8f72 (`git worktree add`, `bin/bq2 build`), the
 * last one before process 1 was ours. Both images run busybox's shell on their consoles, so only process 1
 * differs.
 */
import { join } from "node:path";
import { READY_MARKER } from "../../src/init/system.ts";
import { type Vm, withVm } from "../vm/qemu.ts";

const ROUNDS = 5;
const BOOT_SECONDS = 300;
const ANSWER_SECONDS = 60;
/** Time for everything that starts beside the shell. */
const SETTLE_SECONDS = 5;

interface Boot {
  /** From the kernel's start to the marker. */
  readonly seconds: number;
  /** MemTotal - MemAvailable (/proc/meminfo), in KiB. */
  readonly usedKib: number;
  /** Resident memory of process 1, in KiB. */
  readonly process1Kib: number;
}

/** Boots the image of a workspace once. */
async function bootOnce(workdir: string): Promise<Boot> {
  const disk = { path: join(workdir, "output/bq2-0.1.0-x86_64.qcow2"), format: "qcow2" } as const;
  const kernel = {
    path: join(workdir, "seed-rootfs/bq2-rootfs/boot/vmlinuz"),
    words: "bq2.console=shell", // the baseline's init ignores it, and always starts a shell
    writes: "forget",
  } as const;
  return withVm({ arch: "x86_64", disk, kernel, network: true }, async (vm) => {
    await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
    const ready = performance.now();
    await vm.waitFor(/# /, ANSWER_SECONDS);
    // The guest's uptime counts from its kernel's start: one reading gives that moment on our clock.
    const uptime = Number(await ask(vm, "cut -d' ' -f1 /proc/uptime"));
    const kernelStart = performance.now() - uptime * 1000;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
    const memory = "awk '/MemTotal/{t=$2}/MemAvailable/{a=$2}END{print t-a}' /proc/meminfo";
    return {
      seconds: (ready - kernelStart) / 1000,
      usedKib: Number(await ask(vm, memory)),
      process1Kib: Number(await ask(vm, "awk '/VmRSS/{print $2}' /proc/1/status")),
    };
  });
}

/** The single line that a shell command prints. */
async function ask(vm: Vm, command: string): Promise<string> {
  vm.send(`${command} | sed 's/.*/=&=/'\n`);
  const [, answer = ""] = await vm.waitFor(/^=([\d.]+)=$/m, ANSWER_SECONDS);
  return answer;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const [baseline, image = "data/sysroot"] = process.argv.slice(2);
if (baseline === undefined) throw new Error("usage: npm run bench:boot -- BASELINE [IMAGE] (workspaces)");
const boots: { readonly before: Boot[]; readonly after: Boot[] } = { before: [], after: [] };
for (let round = 1; round <= ROUNDS; round++) {
  for (const [name, workdir] of [
    ["before", baseline],
    ["after", image],
  ] as const) {
    const boot = await bootOnce(workdir);
    boots[name].push(boot);
    console.log(`round ${round}, ${name}: ${JSON.stringify(boot)}`);
  }
}
console.log("| figure (median of each) | baseline | image | ratio |\n|---|---|---|---|");
for (const key of ["seconds", "usedKib", "process1Kib"] as const) {
  const [before, after] = [boots.before, boots.after].map((list) => median(list.map((boot) => boot[key])));
  const digits = key === "seconds" ? 2 : 0;
  const ratio = ((after ?? 0) / (before ?? 0)).toFixed(2);
  console.log(`| ${key} | ${before?.toFixed(digits)} | ${after?.toFixed(digits)} | ${ratio} |`);
}
