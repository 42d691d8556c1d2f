/**
 * Boot counting from end to end: process 1 confirms a good boot; a crashing entry gives way to the next one.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type BootEntry, ENTRIES_FILE, encodeBootEntries } from "../../src/formats/boot-entries.ts";
import { TRIES_FILE } from "../../src/formats/boot-tries.ts";
import { READY_MARKER } from "../../src/init/system.ts";
import { MIB, run, withFolder } from "../disk-file.ts";
import { requireTools } from "../oracle.ts";
import { BUILD_MINUTES, type BuiltImage, buildImage, canBootImage } from "./built-image.ts";
import { sha256 } from "./host-plan.ts";
import { type Vm, withVm } from "./qemu.ts";

/** Firmware and kernel under emulation, on a busy machine. */
const BOOT_SECONDS = 400;
const ANSWER_SECONDS = 120;

/** On a busy host the emulated timer may be late, and the kernel would give up on it as broken. */
const PATIENT = "no_timer_check";

/** The first partition of an image, for mtools. */
const systemPartition = (disk: string): string => `${disk}@@${MIB}`;

describe.skipIf(!canBootImage() || !requireTools("mcopy", "mtype"))("boot counting", () => {
  let image: BuiltImage;
  beforeAll(
    async () => {
      image = await buildImage();
    },
    BUILD_MINUTES * 60 * 1000,
  );

  test(
    "a crashing entry gives way; an entry that comes up gets its tries back at every boot",
    async () => {
      await withFolder(async (folder) => {
        const disk = join(folder, "disk");
        run("qemu-img", "convert", "-O", "raw", image.disk.path, disk);
        putEntries(disk, folder, [
          entry("crashing", `${PATIENT} init=/none panic=1`), // no process 1: the kernel resets the machine
          entry("good", `${PATIENT} bq2.console=shell`),
        ]);
        const boot = (watch: (vm: Vm) => Promise<void>): Promise<void> =>
          withVm({ arch: "x86_64", disk: { path: disk, format: "raw" }, keepsWrites: true }, watch);

        await boot(async (vm) => {
          await vm.waitFor(/Starting crashing\n/, BOOT_SECONDS);
          await vm.waitForPowerOff(BOOT_SECONDS); // QEMU exits at a reset
          expect(vm.log()).toMatch(/Requested init \/none failed/);
        });
        for (let round = 1; round <= 2; round++) {
          await boot(async (vm) => {
            await vm.waitFor(/Starting good\n/, BOOT_SECONDS);
            await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
            await vm.waitFor(/# /, ANSWER_SECONDS);
            vm.send("poweroff\n");
            await vm.waitForPowerOff(ANSWER_SECONDS);
            expect(vm.log()).not.toMatch(/Starting crashing|cannot be told/);
          });
          const tries = run("mtype", "-i", systemPartition(disk), `::${TRIES_FILE}`);
          expect(JSON.parse(tries)).toEqual({ crashing: 0 });
        }
      });
    },
    6 * BOOT_SECONDS * 1000,
  );

  /** An entry with the image's kernel and one try. */
  function entry(title: string, commandLine: string): BootEntry {
    const kernel = { path: "EFI/bq2/vmlinuz", sha256: sha256(image.kernel) };
    return { title, kernel, initrd: null, commandLine, tries: 1 };
  }
});

function putEntries(disk: string, folder: string, entries: readonly BootEntry[]): void {
  const file = join(folder, "entries.json");
  writeFileSync(file, encodeBootEntries({ timeoutSeconds: 0, entries }));
  run("mcopy", "-o", "-i", systemPartition(disk), file, `::${ENTRIES_FILE}`);
}
