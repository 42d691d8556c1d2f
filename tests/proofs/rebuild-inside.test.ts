/**
 * The booted image rebuilds parts of itself, with its clock two years ahead. The seed is the running system,
 * the sources are those that the image carries, and each output must equal the host's. Run it by hand on a
 * finished build of profile `full` (`BQ2_PROOF_WORKDIR`): `npm run proof:inside`.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { READY_MARKER } from "../../src/init/system.ts";
import type { State } from "../../src/plan/state.ts";
import type { PhaseName } from "../../src/recipe/phase-names.ts";
import { folder, GIB, withImage } from "../ext4-image.ts";
import { askPrompt, PROMPT } from "../vm/prompt.ts";
import { type Vm, type VmOptions, withVm } from "../vm/qemu.ts";

/** Compilers run under emulation, and need the unpacked sources of the kernel. */
const HOURS = 3600;

const workdir = resolve(process.env.BQ2_PROOF_WORKDIR ?? "data/full");
const STATE = "seed-rootfs/bq2-rootfs/var/lib/sysroot-build-state.json";

/** What is built inside, phase by phase. */
const STEPS: readonly { readonly phase: PhaseName; readonly steps: readonly string[] }[] = [
  { phase: "host-setup", steps: ["download-sources", "populate-seed", "stage-source"] },
  {
    phase: "sysroot-from-seed",
    steps: ["seed-toolchain", "musl", "linux-headers", "zlib", "bzip2", "xz", "quickjs", "bq2-runtime"],
  },
  { phase: "rootfs-from-sysroot", steps: ["musl", "make", "bq2"] },
];
/** Steps whose outputs do not depend on which toolchain of the same version made them. */
const COMPARED = ["musl", "make", "bq2"].map((step) => `rootfs-from-sysroot/${step}`);

/** Logs when each command begins, since all of them take over an hour. */
async function succeeds(vm: Vm, command: string, seconds: number): Promise<void> {
  console.log(`${new Date().toISOString()} ${command}`);
  const [, status] = await askPrompt(vm, `!sh -c "${command}; echo status $?"`, /^status (\d+)$/m, seconds);
  expect(status, command).toBe("0");
}

async function outputInside(vm: Vm, id: string): Promise<string> {
  const read = `JSON.parse(new TextDecoder().decode(files.readFile("/mnt/w/${STATE}")))`;
  const [, digest = ""] = await askPrompt(vm, `${read}.done["${id}"].output`, /^'([0-9a-f]{64})'$/m, 120);
  return digest;
}

/** Boots the image with these options to its prompt, runs `work`, and powers the machine off. */
function withBootedImage(options: Omit<VmOptions, "arch" | "disk">, work: (vm: Vm) => Promise<void>) {
  const disk = { path: join(workdir, "output/bq2-0.1.0-x86_64.qcow2"), format: "qcow2" } as const;
  return withVm({ arch: "x86_64", disk, ...options }, async (vm) => {
    await vm.waitFor(new RegExp(READY_MARKER), 400);
    await vm.waitFor(PROMPT, 400);
    await work(vm);
    vm.send("!poweroff\r");
    await vm.waitForPowerOff(300);
  });
}

test(
  "the image compiles and runs C and C++",
  async () => {
    await withBootedImage({ memoryMiB: 2048 }, async (vm) => {
      const answer = "int main(void) { return 42; }";
      await succeeds(vm, `echo '${answer}' > /tmp/a.c && cc /tmp/a.c -o /tmp/a; /tmp/a; test $? = 42`, 300);
      const thrown = "int main() { try { throw 6; } catch (int n) { return n * 7; } }";
      await succeeds(
        vm,
        `echo '${thrown}' > /tmp/b.cc && g++ -std=c++17 -O2 /tmp/b.cc -o /tmp/b; /tmp/b; test $? = 42`,
        600,
      );
    });
  },
  HOURS * 1000,
);

test(
  "musl, make and bq2 are the same when rebuilt in the image two years later",
  async () => {
    const { done } = JSON.parse(readFileSync(join(workdir, STATE), "utf8")) as State;
    await withImage([folder("")], 16 * GIB, (path) => {
      const secondDisk = { path: resolve(path), format: "raw", writes: "forget" } as const;
      const options = { secondDisk, memoryMiB: 4096, clock: "2028-11-24T00:00:00" };
      return withBootedImage(options, async (vm) => {
        await succeeds(vm, "mkdir -p /mnt", 120);
        await succeeds(vm, "mount /dev/vdb /mnt", 60);
        await succeeds(vm, "date | grep 2028", 60);
        const bq2 = "env BQ2_CACHE=/mnt/cache bq2";
        await succeeds(vm, `${bq2} sysroot-builder --profile full --workdir /mnt/w`, 600);
        for (const { phase, steps } of STEPS) {
          const names = steps.map((step) => `--package ${step}`).join(" ");
          await succeeds(vm, `${bq2} sysroot-runner --workdir /mnt/w --phase ${phase} ${names}`, 4 * HOURS);
        }
        const found: Record<string, string> = {};
        for (const id of COMPARED) found[id] = await outputInside(vm, id);
        expect(found).toEqual(Object.fromEntries(COMPARED.map((id) => [id, done[id]?.output])));
      });
    });
  },
  24 * HOURS * 1000,
);
