/** TypeScript in the booted image: the prompt on its console, programs, types, and the host's bytes. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { contentOf } from "../../src/formats/tree.ts";
import { READY_MARKER } from "../../src/init/system.ts";
import { file, folder, MIB, withImage } from "../ext4-image.ts";
import { BUILD_MINUTES, type BuiltImage, buildImage, canBootImage } from "./built-image.ts";
import { planDigest } from "./host-plan.ts";
import { askPrompt, PROMPT } from "./prompt.ts";
import { type Vm, withVm } from "./qemu.ts";

/** Under emulation, on a busy machine. */
const BOOT_SECONDS = 240;
/** The first line loads the compiler. */
const ANSWER_SECONDS = 180;
/** Compiles all of bq2. */
const COMPILE_SECONDS = 900;
/** All shared tests, which take half a minute without emulation. */
const TEST_SECONDS = 1800;
const END_SECONDS = 120;

/** Asynchronous, because the test runner expects to hear from this process meanwhile. */
const run = promisify(execFile);

interface SharedTests {
  /** One program with all of them. */
  readonly program: Buffer;
  /** How many there are; all passed on this machine. */
  readonly count: number;
}

async function runSharedTestsHere(): Promise<SharedTests> {
  const tool = ["--import", "./tools/register.mjs", "tools/quickjs-tests.ts"];
  const path = (await run(process.execPath, tool)).stdout.trim();
  const { stdout } = await run(path);
  const [, passed = ""] = /^(\d+) passed, 0 failed$/m.exec(stdout) ?? [];
  return { program: readFileSync(path), count: Number(passed) };
}

/** Runs `body` with a disk that has `program` as `/tests`. */
function withTestDisk(program: Buffer, body: (path: string) => Promise<void>): Promise<void> {
  const tree = [folder(""), file("tests", contentOf(program), { mode: 0o755 })];
  return withImage(tree, 64 * MIB, (image) => body(resolve(image)));
}

/** Types a line and returns the text that matches `answer`, by default anything. */
async function ask(vm: Vm, line: string, answer = /(?:)/, seconds = ANSWER_SECONDS): Promise<string> {
  const [text] = await askPrompt(vm, line, answer, seconds);
  return text;
}

/** The prompt evaluates TypeScript and runs commands. */
async function checkAnswers(vm: Vm): Promise<void> {
  await ask(vm, "[1, 2, 3].map((x: number): number => x * 14)", /^\[ 14, 28, 42 \]$/m);
  await ask(vm, "const later: string = await Promise.resolve('lat' + 'er')");
  await ask(vm, "later.toUpperCase()", /^'LATER'$/m);
  await ask(vm, "!uname -s", /^Linux$/m);
  await ask(vm, "files.readLink('/proc/1/exe')", /^'\/usr\/bin\/bq2'$/m);
}

async function checkMistakes(vm: Vm): Promise<void> {
  await ask(vm, "const = 3", /Variable declaration expected/);
  await ask(vm, "throw new TypeError('un' + 'caught')", /^TypeError: uncaught\n\s+at .*<prompt \d+>:1:/m);
  vm.send("for (;;) {}\r");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  vm.send("\x03");
  await vm.waitFor(/^interrupted$/m, ANSWER_SECONDS);
  await vm.waitFor(PROMPT, ANSWER_SECONDS);
  await ask(vm, "const hoard = []; for (;;) hoard.push(new Uint8Array(2 ** 26))", /out of memory/);
  await ask(vm, "hoard.length = 0", /^0$/m);
}

/** `bq2 run` runs programs; `bq2 check` checks their types. */
async function checkPrograms(vm: Vm): Promise<void> {
  const program = "import { args } from \"bq2\"; const x: number = args.length; console.log('args', x + 40);";
  await ask(vm, `files.writeFile("/root/a.ts", new TextEncoder().encode(${JSON.stringify(program)}))`);
  await ask(vm, "!bq2 run /root/a.ts one two", /^args 42$/m);
  await ask(vm, "!bq2 check /root/a.ts", /^Problems: 0 \(files: 1\)$/m);
  await ask(vm, `files.writeFile("/root/b.ts", new TextEncoder().encode("const n: number = 'x';"))`);
  await ask(vm, "!bq2 check /root/b.ts", /b\.ts:1:7: Type 'string' is not assignable[\s\S]*Problems: 1/);
  await ask(vm, "!bq2 check /workspace/bq2/src/base/struct.ts", /^Problems: 0/m, COMPILE_SECONDS);
}

/** The plan and the compiled program are the same as the host's. */
async function checkSameBytes(vm: Vm): Promise<void> {
  await ask(vm, "!bq2 sysroot-builder --seed debian-12 --workdir /root/w", /Wrote build plan/);
  const plan = "/root/w/seed-rootfs/bq2-rootfs/var/lib/sysroot-build-plan.json";
  const [digest] = (await ask(vm, `!sha256sum ${plan}`, /^[0-9a-f]{64} .*plan\.json$/m)).split(" ");
  expect(digest).toBe(planDigest("x86_64"));
  await ask(vm, "!bq2 sysroot-status --workdir /root/w", /^next_phase=host-setup$/m);
  await ask(vm, "!bq2 program --output /root/bq2.new", /^Compiled \d+ modules/m, COMPILE_SECONDS);
  const made = await ask(vm, "!sha256sum /root/bq2.new /usr/bin/bq2", /(^[0-9a-f]{64} .*\n){2}/m);
  const digests = made
    .trim()
    .split("\n")
    .map((line) => line.slice(0, 64));
  expect(new Set(digests).size).toBe(1);
}

/** As many tests pass as on the host, and none fails; the console's log names failures. */
async function checkSharedTests(vm: Vm, { count }: SharedTests): Promise<void> {
  await ask(vm, "!mkdir -p /mnt");
  await ask(vm, "!mount -o ro /dev/vdb /mnt");
  const [, passed, failed] =
    /^(\d+) passed, (\d+) failed$/m.exec(
      await ask(vm, "!/mnt/tests", /^\d+ passed, \d+ failed$/m, TEST_SECONDS),
    ) ?? [];
  expect({ passed, failed }).toEqual({ passed: String(count), failed: "0" });
}

/** Leaving the prompt starts a new one with the same history. */
async function checkLeaving(vm: Vm): Promise<void> {
  await ask(vm, "'the last ' + 'line'", /^'the last line'$/m);
  vm.send("\x04");
  await vm.waitFor(/a TypeScript prompt[\s\S]*\n> $/, ANSWER_SECONDS);
  vm.send("\x1b[A");
  await vm.waitFor(/> 'the last ' \+ 'line'/, ANSWER_SECONDS);
  vm.send("\x03");
  await vm.waitFor(PROMPT, ANSWER_SECONDS);
}

describe.skipIf(!canBootImage())("TypeScript inside", () => {
  let image: BuiltImage;
  let tests: SharedTests;
  beforeAll(
    async () => {
      image = await buildImage();
      tests = await runSharedTestsHere();
    },
    2 * BUILD_MINUTES * 60 * 1000,
  );

  test(
    "the prompt evaluates, runs, checks, plans and compiles; mistakes print a message; the shared tests pass",
    async () => {
      const body = async (vm: Vm): Promise<void> => {
        await vm.waitFor(new RegExp(READY_MARKER), BOOT_SECONDS);
        await vm.waitFor(PROMPT, ANSWER_SECONDS);
        await checkAnswers(vm);
        await checkMistakes(vm);
        await checkPrograms(vm);
        await checkSameBytes(vm);
        await checkSharedTests(vm, tests);
        await checkLeaving(vm);
        vm.send("!poweroff\r");
        await vm.waitForPowerOff(END_SECONDS);
      };
      await withTestDisk(tests.program, (path) => {
        const secondDisk = { path, format: "raw" } as const;
        return withVm({ arch: "x86_64", disk: image.disk, secondDisk, memoryMiB: 1024 }, body);
      });
    },
    90 * 60 * 1000,
  );
});
