/** The boot loader under OVMF and AAVMF. In place of a kernel, an application prints what it gets. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type BootEntry,
  type BootFileRef,
  ENTRIES_FILE,
  encodeBootEntries,
} from "../../src/formats/boot-entries.ts";
import type { Content } from "../../src/formats/tree.ts";
import { MIB, noise, withFolder } from "../disk-file.ts";
import { canMakeApps, type EfiKit, KIT_MINUTES, makeBootDisk, makeKit } from "../efi/kit.ts";
import { type Vm, type VmOptions, withVm } from "./qemu.ts";

const available = canMakeApps();
const FIRMWARE_SECONDS = 300;
const SECONDS = 60;

/** Starts a machine, and ends it when `watch` resolves. */
type Boot = (watch: (vm: Vm) => Promise<void>) => Promise<void>;

/** A file that takes no space on the host. */
function zeros(size: number): Content {
  return {
    size,
    ranges: () => [],
    read: (buffer, offset, length) => buffer.fill(0, offset, offset + length),
  };
}

let kit: EfiKit;
beforeAll(async () => {
  if (available) kit = await makeKit();
}, KIT_MINUTES * 60_000);

describe.skipIf(!available).each(["x86_64", "aarch64"] as const)("on %s", (arch) => {
  const KERNEL = "EFI/bq2/vmlinuz";
  const INITRD = "EFI/bq2/initrd";
  const CUT = "EFI/bq2/cut";
  const HUGE = "EFI/bq2/huge";
  let kernelFile: Uint8Array;
  let loader: string;
  const initrdFile = noise(123_457, 1);
  beforeAll(async () => {
    kernelFile = readFileSync(await kit.build("tests/efi/kernel.ts", arch));
    loader = kit.file(`usr/lib/bq2/efi/boot-${arch}.efi`);
  }, 600_000);

  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const kernel = (): BootFileRef => ({ path: KERNEL, sha256: sha256(kernelFile) });

  function entry(title: string, more: Partial<BootEntry> = {}): BootEntry {
    return { title, kernel: kernel(), initrd: null, commandLine: null, tries: null, ...more };
  }

  /** A disk with the boot loader; each boot in `body` uses it, and keeps what the earlier ones wrote. */
  async function withLoader(
    entries: readonly BootEntry[] | Uint8Array,
    body: (boot: Boot) => Promise<void>,
    {
      timeoutSeconds = 0,
      files = {},
    }: { timeoutSeconds?: number; files?: { [path: string]: Uint8Array | Content } } = {},
  ): Promise<void> {
    const text =
      entries instanceof Uint8Array
        ? entries
        : new TextEncoder().encode(encodeBootEntries({ timeoutSeconds, entries }));
    const all = { [ENTRIES_FILE]: text, [KERNEL]: kernelFile, [INITRD]: initrdFile, ...files };
    await withFolder(async (folder) => {
      const disk = await makeBootDisk(join(folder, "disk"), arch, loader, all);
      const options: VmOptions = { arch, disk, keepsWrites: true };
      await body((watch) =>
        withVm(options, async (vm) => {
          await vm.waitFor(/bq2 boot loader\n/, FIRMWARE_SECONDS);
          await watch(vm);
        }),
      );
    });
  }

  test("gives the kernel its command line and its initial RAM disk", async () => {
    const initrd = { path: INITRD, sha256: sha256(initrdFile) };
    await withLoader([entry("A system", { initrd, commandLine: "root=a quiet" })], async (boot) => {
      await boot(async (vm) => {
        await vm.waitFor(/Starting A system\n/, SECONDS);
        await vm.waitFor(/kernel: command line root=a quiet\n/, SECONDS);
        await vm.waitFor(new RegExp(`kernel: initrd 123457 bytes, ${initrd.sha256}`), SECONDS);
        await vm.waitForPowerOff(30);
      });
    });
  });

  test("tries the next entry if a file is wrong, missing, cut or huge, or a kernel returns", async () => {
    const cutFile = kernelFile.subarray(0, kernelFile.length / 2);
    const entries = [
      entry("wrong", { kernel: { ...kernel(), sha256: "0".repeat(64) } }),
      entry("missing", { kernel: { ...kernel(), path: "EFI/none" } }),
      entry("no kernel", { kernel: { path: INITRD, sha256: sha256(initrdFile) } }),
      entry("cut", { kernel: { path: CUT, sha256: sha256(cutFile) } }),
      entry("huge", { kernel: { path: HUGE, sha256: "0".repeat(64) } }),
      entry("failing", {
        commandLine: "fail",
        initrd: { path: INITRD, sha256: sha256(initrdFile) },
        tries: 3,
      }),
      entry("returning", { commandLine: "return" }),
      entry("good"),
    ];
    const files = { [CUT]: cutFile, [HUGE]: zeros(700 * MIB) }; // the machine has 512 MiB
    const watch = async (boot: Boot): Promise<void> => {
      await boot(async (vm) => {
        await vm.waitFor(/Cannot use EFI\/bq2\/vmlinuz: its sha256 is [0-9a-f]{64}, 0{64} wanted/, SECONDS);
        await vm.waitFor(/Cannot open EFI\/none: EFI_NOT_FOUND/, SECONDS);
        await vm.waitFor(/Cannot load EFI\/bq2\/initrd: EFI_\w+/, SECONDS);
        await vm.waitFor(/Cannot load EFI\/bq2\/cut: EFI_\w+/, SECONDS);
        await vm.waitFor(/Cannot read EFI\/bq2\/huge: .*memory/, SECONDS);
        await vm.waitFor(/kernel: counted as failing\n/, SECONDS);
        await vm.waitFor(/Cannot start EFI\/bq2\/vmlinuz: EFI_DEVICE_ERROR/, SECONDS);
        await vm.waitFor(/returning has returned/, SECONDS);
        await vm.waitFor(
          /kernel: command line none\nkernel: initrd none\nkernel: counted as none\n/,
          SECONDS,
        ); // nothing from the failed ones
        await vm.waitForPowerOff(30);
      });
    };
    await withLoader(entries, watch, { files });
  });

  test("starts a counted entry as often as its tries allow, then the next", async () => {
    const entries = [entry("new", { tries: 2, commandLine: "new" }), entry("old", { commandLine: "old" })];
    await withLoader(entries, async (boot) => {
      for (const wanted of ["new", "new", "old"]) {
        const counted = wanted === "new" ? "new" : "none";
        await boot(async (vm) => {
          await vm.waitFor(new RegExp(`kernel: command line ${wanted}\\n`), SECONDS);
          await vm.waitFor(new RegExp(`kernel: counted as ${counted}\\n`), SECONDS);
          await vm.waitForPowerOff(30);
        });
      }
    });
  });

  test("a key opens the menu, where the command line can be changed and a prompt evaluates", async () => {
    const typescript = readFileSync(kit.file("usr/lib/bq2/typescript"));
    await withLoader(
      [entry("first", { commandLine: "one" }), entry("second")],
      async (boot) => {
        await boot(async (vm) => {
          await vm.waitFor(/Starting first in \d+ s/, SECONDS);
          vm.send(" ");
          await vm.waitFor(/ {2}1 {2}first\n {2}2 {2}second\n[\s\S]*boot> /, SECONDS);
          vm.send("t\r");
          await vm.waitFor(/TypeScript\. The bindings are at hand[\s\S]*> /, 300);
          vm.send("const n: bigint = 2n ** 62n; n\r");
          await vm.waitFor(/4611686018427387904n\n/, SECONDS);
          vm.send('ownVolume().list("/EFI/bq2").length\r');
          await vm.waitFor(/\n4\n/, SECONDS);
          vm.send("const = 1\r");
          await vm.waitFor(/SyntaxError|expected/, SECONDS);
          vm.send("\x04");
          await vm.waitFor(/boot> /, SECONDS);
          vm.send("e1\r");
          await vm.waitFor(/Command line: one/, SECONDS);
          vm.send("\b\b\btwo\r");
          await vm.waitFor(/kernel: command line two\n/, SECONDS);
          await vm.waitForPowerOff(30);
        });
      },
      { timeoutSeconds: 60, files: { "EFI/bq2/typescript": typescript } },
    );
  });

  test("cut, damaged, huge or missing entries are reported, and the menu answers", async () => {
    const whole = new TextEncoder().encode(encodeBootEntries({ timeoutSeconds: 0, entries: [entry("x")] }));
    const cases: readonly (readonly [file: Uint8Array, says: RegExp])[] = [
      [whole.subarray(0, whole.length - 20), /Cannot read the boot entries: /],
      [noise(1000, 3), /Cannot read the boot entries: /],
      [new Uint8Array(5_000_000).fill(0x20), /it has 5000000 bytes, the limit is 65536/],
    ];
    for (const [file, says] of cases) {
      await withLoader(file, async (boot) => {
        await boot(async (vm) => {
          await vm.waitFor(says, SECONDS);
          await vm.waitFor(/boot> /, SECONDS);
          vm.send("o\r");
          await vm.waitForPowerOff(30);
          expect(vm.log()).not.toMatch(/kernel:/);
        });
      });
    }
  });
});
