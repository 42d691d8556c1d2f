/** TypeScript in the booted image: the prompt on its console, programs, types, and the same bytes as on the host. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { READY_MARKER } from "../../src/init/system.ts";
import { BUILD_MINUTES, type BuiltImage, buildImage, canBootImage } from "./built-image.ts";
import { type Vm, withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 240;
/** The first line loads the compiler. */
const ANSWER_SECONDS = 180;
/** Compiles all of bq2. */
const COMPILE_SECONDS = 900;
const END_SECONDS = 120;

const PROMPT = /^> $/m;

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The plan that the host makes, by a workspace of its own. */
function hostPlanDigest(): string {
  const workdir = mkdtempSync(join(tmpdir(), "bq2-plan-"));
  try {
    execFileSync("bin/bq2", ["sysroot-builder", "--seed", "debian-12", "--workdir", workdir]);
    return sha256(join(workdir, "seed-rootfs/bq2-rootfs/var/lib/sysroot-build-plan.json"));
  } finally {
    rmSync(workdir, { recursive: true });
  }
}

describe.skipIf(!canBootImage())("TypeScript inside", () => {
  let image: BuiltImage;
  beforeAll(
    async () => {
      image = await buildImage();
    },
    BUILD_MINUTES * 60 * 1000,
  );

  /** Types a line and waits for what it is answered with, where that is something, and for the next prompt. */
  async function ask(vm: Vm, line: string, answer?: RegExp, seconds = ANSWER_SECONDS): Promise<string> {
    vm.send(`${line}\r`);
    const [text] = answer === undefined ? [""] : await vm.waitFor(answer, seconds);
    await vm.waitFor(PROMPT, seconds);
    return text;
  }

  test(
    "the prompt evaluates, runs, checks, plans and compiles; mistakes cost a message",
    async () => {
      const run = async (vm: Vm): Promise<void> => {
        await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
        await vm.waitFor(PROMPT, ANSWER_SECONDS);

        await ask(vm, "[1, 2, 3].map((x: number): number => x * 14)", /^\[ 14, 28, 42 \]$/m);
        await ask(vm, "const later: string = await Promise.resolve('lat' + 'er')");
        await ask(vm, "later.toUpperCase()", /^'LATER'$/m);
        await ask(vm, "!uname -s", /^Linux$/m);
        await ask(vm, "files.readLink('/proc/1/exe')", /^'\/usr\/bin\/bq2'$/m);

        // Mistakes.
        await ask(vm, "const = 3", /Variable declaration expected/);
        await ask(
          vm,
          "throw new TypeError('un' + 'caught')",
          /^TypeError: uncaught\n\s+at .*<prompt \d+>:1:/m,
        );
        vm.send("for (;;) {}\r");
        await new Promise((resolve) => setTimeout(resolve, 5000));
        vm.send("\x03");
        await vm.waitFor(/^interrupted$/m, ANSWER_SECONDS);
        await vm.waitFor(PROMPT, ANSWER_SECONDS);
        await ask(vm, "const hoard = []; for (;;) hoard.push(new Uint8Array(2 ** 26))", /out of memory/);
        await ask(vm, "hoard.length = 0", /^0$/m);

        // Programs, and their types.
        const program =
          "import { args } from \"bq2\"; const x: number = args.length; console.log('args', x + 40);";
        await ask(vm, `files.writeFile("/root/a.ts", new TextEncoder().encode(${JSON.stringify(program)}))`);
        await ask(vm, "!bq2 run /root/a.ts one two", /^args 42$/m);
        await ask(vm, "!bq2 check /root/a.ts", /^Problems: 0 \(files: 1\)$/m);
        await ask(vm, `files.writeFile("/root/b.ts", new TextEncoder().encode("const n: number = 'x';"))`);
        await ask(
          vm,
          "!bq2 check /root/b.ts",
          /b\.ts:1:7: Type 'string' is not assignable[\s\S]*Problems: 1/,
        );
        await ask(vm, "!bq2 check /workspace/bq2/src/base/struct.ts", /^Problems: 0/m, COMPILE_SECONDS);

        // The same plan and the same program as the host's.
        await ask(vm, "!bq2 sysroot-builder --seed debian-12 --workdir /root/w", /Wrote build plan/);
        const plan = "/root/w/seed-rootfs/bq2-rootfs/var/lib/sysroot-build-plan.json";
        const [digest] = (await ask(vm, `!sha256sum ${plan}`, /^[0-9a-f]{64} .*plan\.json$/m)).split(" ");
        expect(digest).toBe(hostPlanDigest());
        await ask(vm, "!bq2 sysroot-status --workdir /root/w", /^next_phase=host-setup$/m);
        await ask(vm, "!bq2 program --output /root/bq2.new", /^Compiled \d+ modules/m, COMPILE_SECONDS);
        const made = await ask(vm, "!sha256sum /root/bq2.new /usr/bin/bq2", /(^[0-9a-f]{64} .*\n){2}/m);
        expect(
          new Set(
            made
              .trim()
              .split("\n")
              .map((line) => line.slice(0, 64)),
          ).size,
        ).toBe(1);

        // Leaving gives a new prompt; the history is still there.
        vm.send("\x04");
        await vm.waitFor(/a TypeScript prompt[\s\S]*\n> $/, ANSWER_SECONDS);
        vm.send("\x1b[A");
        await vm.waitFor(/> !sha256sum \/root\/bq2\.new/, ANSWER_SECONDS);
        vm.send("\x03");
        await vm.waitFor(PROMPT, ANSWER_SECONDS);
        vm.send("!poweroff\r");
        await vm.waitForPowerOff(END_SECONDS);
      };
      await withVm({ arch: "x86_64", disk: image.disk, memoryMiB: 1024 }, run);
    },
    60 * 60 * 1000,
  );
});
