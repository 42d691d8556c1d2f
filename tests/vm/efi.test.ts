/** TypeScript on bare firmware: applications of `bq2 efi-app-builder` under OVMF and AAVMF. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { withFolder } from "../disk-file.ts";
import { canMakeApps, type EfiKit, KIT_MINUTES, makeBootDisk, makeKit } from "../efi/kit.ts";
import { type Vm, type VmOptions, withVm } from "./qemu.ts";

const available = canMakeApps();
const FIRMWARE_SECONDS = 300;
const APP_SECONDS = 60;

const ROUNDS = 3;
/** Limit for the quickest round. */
const FIRST_LINE_SECONDS = 0.3;
/** Work takes longer on a machine that shares caches and processor threads with others. */
const SHARED = 2;

let kit: EfiKit;
beforeAll(async () => {
  if (available) kit = await makeKit();
}, KIT_MINUTES * 60_000);

describe.skipIf(!available).each(["x86_64", "aarch64"] as const)("on %s", (arch) => {
  /** Starts an application, and runs `body` when the firmware begins to load it. */
  async function start(
    input: string,
    body: (vm: Vm, folder: string) => Promise<void>,
    more: Partial<VmOptions> = {},
    files: { readonly [path: string]: Uint8Array } = {},
  ): Promise<void> {
    const application = await kit.build(input, arch);
    await withFolder(async (folder) => {
      const disk = await makeBootDisk(join(folder, "disk"), arch, application, files);
      await withVm({ arch, disk, ...more }, async (vm) => {
        await vm.waitFor(/BdsDxe: starting Boot/, FIRMWARE_SECONDS);
        await body(vm, folder);
      });
    });
  }

  test("hello: prints a line and powers off", async () => {
    await start("examples/efi/hello.ts", async (vm) => {
      await vm.waitFor(/hello from TypeScript on bare firmware/, APP_SECONDS);
      await vm.waitForPowerOff(30);
    });
  });

  test("the first line comes soon after the start", async () => {
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // An application that leaves the machine running: processor time cannot be read from one that is off.
      await start("examples/efi/fail.ts", async (vm) => {
        await vm.waitFor(/about to fail\n/, APP_SECONDS);
        seconds.push(vm.processorSeconds(/about to fail/) - vm.processorSeconds(/BdsDxe: starting Boot/));
      });
    }
    console.log(`${arch}: ${Math.min(...seconds).toFixed(2)} s from start to first line`);
    expect(Math.min(...seconds)).toBeLessThan(FIRST_LINE_SECONDS * SHARED);
  });

  test("lists the files of the disk", async () => {
    await start(
      "examples/efi/list-files.ts",
      async (vm) => {
        await vm.waitFor(/\/notes\/a long name\.txt 5\n/, APP_SECONDS);
        expect(vm.log()).toMatch(/^\/EFI\/$/m);
        await vm.waitForPowerOff(30);
      },
      {},
      { "notes/a long name.txt": new TextEncoder().encode("hello") },
    );
  });

  test("draws what QEMU's screenshot then shows", async () => {
    await start(
      "examples/efi/draw.ts",
      async (vm, folder) => {
        await vm.waitFor(/drawn on \d+ x \d+; at 60, 60 there is ff0000/, APP_SECONDS);
        const path = join(folder, "screen.ppm");
        await vm.monitor(`screendump ${path}`);
        const pixel = await readPixels(path);
        expect([pixel(60, 60), pixel(5, 5), pixel(328, 50)]).toEqual(["ff0000", "0000ff", "808080"]);
        vm.send(" ");
        await vm.waitForPowerOff(30);
      },
      { display: true },
    );
  });

  test("an unhandled error shows type, message, file and line, and the firmware continues", async () => {
    await start("examples/efi/fail.ts", async (vm) => {
      await vm.waitFor(/about to fail\n/, APP_SECONDS);
      await vm.waitFor(/TypeError: cannot read property 'sizeBytes' of undefined\n/, 30);
      await vm.waitFor(/at memoryOf \(examples\/efi\/fail\.ts:7:\d+\)/, 30);
      await vm.waitFor(/at <anonymous> \(examples\/efi\/fail\.ts:11:\d+\)/, 30);
      await vm.waitFor(/BdsDxe: failed to start Boot.*Device Error/, 30);
      expect(vm.log()).not.toMatch(/\.bq2/);
    });
  });

  test("deep recursion", async () => {
    await start("examples/efi/recursion.ts", async (vm) => {
      await vm.waitFor(/5000 is 12502500\n/, APP_SECONDS);
      await vm.waitFor(/endless recursion: \w+: stack overflow\n/, 30);
      await vm.waitFor(/and on it goes\n/, 30);
      await vm.waitForPowerOff(30);
    });
  });

  test("64-bit values", async () => {
    await start("examples/efi/words.ts", async (vm) => {
      await vm.waitFor(/8000000000000000 ffffffffffffffff 20000000000001\n/, APP_SECONDS);
      const [, mebibytes] = await vm.waitFor(/free memory: (\d+) MiB in \d+ ranges\n/, 30);
      expect(Number(mebibytes)).toBeGreaterThan(256);
      expect(Number(mebibytes)).toBeLessThan(512);
      await vm.waitFor(/EFI_INVALID_PARAMETER is 0x8000000000000002\n/, 30);
      await vm.waitForPowerOff(30);
    });
  });

  test("every binding", async () => {
    const chained = readFileSync(await kit.build("tests/efi/chained.ts", arch));
    await start(
      "tests/efi/bindings.ts",
      async (vm) => {
        await vm.waitFor(/bq2: Cannot start: its program section is damaged/, APP_SECONDS);
        await vm.waitFor(/chained: here\n/, APP_SECONDS);
        await vm.waitFor(/all bindings work\n/, 30);
        await vm.waitForPowerOff(30);
      },
      {},
      { "chained.efi": chained },
    );
  });

  test("damaged applications are refused, by the firmware or by the runtime", async () => {
    const whole = readFileSync(await kit.build("examples/efi/hello.ts", arch));
    const damaged = whole.slice();
    const program = whole.lastIndexOf("bq2prog2"); // native/program.c; the runtime also contains that word
    damaged.fill(0x55, program + 20, program + 200);
    await withFolder(async (folder) => {
      const cases: readonly (readonly [application: Uint8Array, says: RegExp])[] = [
        [damaged, /bq2: Cannot start: its program section is damaged \(crc32 differs\)/],
        [whole.subarray(0, whole.length / 2), /BdsDxe: (failed to load|No bootable option)|Shell>/],
      ];
      for (const [application, says] of cases) {
        const disk = await makeBootDisk(join(folder, "disk"), arch, application);
        await withVm({ arch, disk }, async (vm) => {
          await vm.waitFor(says, FIRMWARE_SECONDS);
        });
      }
    });
  });
});

/** Colours of a binary PPM, as `rrggbb`. Waits for the file, which QEMU writes asynchronously. */
async function readPixels(path: string): Promise<(x: number, y: number) => string> {
  for (let attempt = 0; ; attempt++) {
    try {
      const bytes = readFileSync(path);
      const header = /^P6\s(\d+) (\d+)\s255\s/.exec(bytes.subarray(0, 64).toString("latin1"));
      const [width, height] = [Number(header?.[1]), Number(header?.[2])];
      const start = header?.[0].length ?? 0;
      if (bytes.length !== start + width * height * 3) throw new Error(`${path} is incomplete`);
      return (x, y) => {
        const at = start + (y * width + x) * 3;
        return bytes.subarray(at, at + 3).toString("hex");
      };
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
