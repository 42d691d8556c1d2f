/**
 * One script for every architecture: the image that this checkout builds for it boots to the prompt, answers,
 * gets the host's results, compiles to the same bytecode as the others, and powers off.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARCH_NAMES, type Arch } from "../../src/base/arch.ts";
import { READY_MARKER } from "../../src/init/system.ts";
import { nodePlatform } from "../../src/platform/node/platform.ts";
import { BUILD_MINUTES, buildImage, canBootImage } from "./built-image.ts";
import { planDigest, sha256 } from "./host-plan.ts";
import { askPrompt, PROMPT } from "./prompt.ts";
import { withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 400;
/** The first line loads the compiler. */
const ANSWER_SECONDS = 300;
const END_SECONDS = 120;
const TEST_MINUTES = 30;

/** Building another architecture's kernel takes long, so its image is built and booted only on request. */
const isAsked = (arch: Arch): boolean =>
  arch === nodePlatform().host.arch || process.env.BQ2_TEST_FOREIGN === "1";

/** For each architecture the digest of the bytecode that it compiled from the same modules. */
const bytecode = new Map<Arch, string>();

for (const arch of ARCH_NAMES) {
  describe.skipIf(!isAsked(arch) || !canBootImage(arch))(arch, () => {
    test(
      "the image boots to the prompt, computes and compiles like the others, and powers off",
      async () => {
        const image = await buildImage(arch);
        await withVm({ arch, disk: image.disk, memoryMiB: 1024 }, async (vm) => {
          const ask = async (line: string, answer: RegExp): Promise<string> => {
            const [text, part = text] = await askPrompt(vm, line, answer, ANSWER_SECONDS);
            return part;
          };
          const digestOf = (path: string): Promise<string> =>
            ask(`!sha256sum ${path}`, new RegExp(`^([0-9a-f]{64})  ${path}$`, "m"));

          await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
          await vm.waitFor(PROMPT, ANSWER_SECONDS);
          await ask("[1, 2, 3].map((x: number): number => x * 14)", /^\[ 14, 28, 42 \]$/m);
          await ask("!uname -m", new RegExp(`^${arch}$`, "m"));
          expect(await digestOf("/usr/lib/bq2/typescript")).toBe(
            sha256(join(image.rootfs, "usr/lib/bq2/typescript")),
          );

          await ask("!bq2 sysroot-builder --seed debian-12 --workdir /root/w", /Wrote build plan/);
          expect(await digestOf("/root/w/seed-rootfs/bq2-rootfs/var/lib/sysroot-build-plan.json")).toBe(
            planDigest(arch),
          );

          await ask(
            "!bq2 program --library --entry src/plan/overrides.ts --output /root/p",
            /^Compiled \d+ modules/m,
          );
          bytecode.set(arch, await digestOf("/root/p"));

          vm.send("!poweroff\r");
          await vm.waitForPowerOff(END_SECONDS);
        });
      },
      (BUILD_MINUTES + TEST_MINUTES) * 60 * 1000,
    );
  });
}

test.skipIf(!ARCH_NAMES.every((arch) => isAsked(arch) && canBootImage(arch)))(
  "bytecode is the same on every architecture",
  () => {
    expect(bytecode.size).toBe(ARCH_NAMES.length);
    expect(new Set(bytecode.values()).size).toBe(1);
  },
);
