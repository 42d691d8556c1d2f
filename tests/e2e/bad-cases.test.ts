/** What may go wrong for a user: one clear error with a hint, an exit code, nothing lost or half-written. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Step } from "../../src/plan/plan.ts";
import { requireFiles, requireTools } from "../oracle.ts";
import { bq2, expectSuccess, makePlace, type Place, projectFolder, removePlace, startBq2 } from "./bq2.ts";
import { runIn, smallStep, withActions, writeSmallPlan } from "./small-plan.ts";

const program = join(projectFolder, "bin/bq2");
/** Serves as a kernel with an EFI stub; from Debian's systemd-boot-efi. */
const EFI_EXECUTABLE = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

describe.skipIf(!requireTools("gcc", "unshare") || !requireFiles(EFI_EXECUTABLE))("bad cases", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  /** Runs a shell script in a user and mount namespace, with the program as $BQ2. */
  const inNamespace = (script: string) =>
    spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], {
      encoding: "utf8",
      cwd: place.folder,
      env: { ...process.env, BQ2: program, BQ2_CACHE: place.cache, HOME: place.folder },
    });

  const WRONG_INPUT: readonly (readonly [words: readonly string[], answer: RegExp])[] = [
    [["boot", "folder"], /Cannot boot .*folder: it is neither a QCOW2 image nor a raw disk/],
    [["boot", "absent"], /Cannot boot .*absent: no such file/],
    [["build", "--seed", "constructor"], /Cannot use seed "constructor": there is no seed of that name/],
    [["build", "--seed", "http://192.0.2.1/a.tar.gz"], /Cannot trust .* anyone on the way can change it/],
  ];

  test.each(WRONG_INPUT)("%j prints one line, no stack", async (words, answer) => {
    mkdirSync(join(place.folder, "folder"));
    const { status, stderr } = spawnSync(program, words, {
      encoding: "utf8",
      cwd: place.folder,
      env: { ...process.env, BQ2_CACHE: place.cache },
    });
    expect(status, stderr).not.toBe(0);
    expect(stderr).toMatch(answer);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test("a second run on the same workspace is refused", async () => {
    await writeSmallPlan(place, { steps: [smallStep("slow", [], 6)] });
    expectSuccess(await bq2(place, "sysroot-runner", "--phase", "host-setup"));
    const first = startBq2(place, "sysroot");
    await sleep(2000);
    const second = await bq2(place, "sysroot");
    expect(second.code).toBe(1);
    expect(second.error).toMatch(/Cannot work in .*: another bq2 is using it.*--workdir/);
    const code = await new Promise((resolve) => first.once("exit", resolve));
    expect(code).toBe(0);
  });

  test("without user namespaces the message names the setting", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one")] });
    const { status, stderr } = inNamespace(
      `echo 0 >/proc/sys/user/max_user_namespaces && exec "$BQ2" sysroot --workdir "${place.workdir}"`,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/does not allow user namespaces .*max_user_namespaces/);
  });

  /** A step that writes 2 MiB before it compiles. */
  function fillingStep(name: string): Step {
    const step = smallStep(name);
    return withActions(step, (actions) => [
      ...actions.slice(0, 1), // makes its folder
      runIn(step, "dd", "if=/dev/zero", "of=filling", "bs=1k", "count=2048"),
      ...actions.slice(1),
    ]);
  }

  test("a step on a full disk fails with a clear error; with space the build continues", async () => {
    // The workspace is on a disk of 1 MiB, which the step fills, so no failure report can be written either.
    await writeSmallPlan(place, { steps: [fillingStep("one")] });
    const { status, stderr } = inNamespace(`
      mkdir small && mount -t tmpfs -o size=1m none small && cp -r work/. small/ &&
      "$BQ2" sysroot --workdir "${place.folder}/small"; code=$?
      mount -o remount,size=64m small && "$BQ2" sysroot --workdir "${place.folder}/small" && exit $code`);
    expect(stderr).toMatch(
      /Failed rootfs-from-sysroot\/one, but no failure report .*ENOSPC.*free some space/,
    );
    expect(stderr).toMatch(/^bq2: Cannot build rootfs-from-sysroot\/one: .*[Nn]o space left/m);
    expect(stderr).toMatch(/Finished rootfs-tarball/);
    expect(status).toBe(1);
  });

  test("an image on a full disk fails with a clear error, and nothing is left of it", () => {
    const { status, stdout, stderr } = inNamespace(`
      mkdir small rootfs && dd if=/dev/urandom of=rootfs/big bs=1M count=8 status=none &&
      mount -t tmpfs -o size=4m none small && echo old >small/disk.raw &&
      "$BQ2" image --direct-kernel --rootfs rootfs --kernel ${EFI_EXECUTABLE} --format raw --output small/disk.raw; code=$?
      ls small; cat small/disk.raw; exit $code`);
    expect([status, stdout]).toEqual([1, "disk.raw\nold\n"]);
    expect(stderr).toMatch(/no space left on the disk \(ENOSPC\).*free some space/);
  });

  test("unknown options, commands and values are refused", async () => {
    for (const [args, pattern] of [
      [["--nonsense"], /nonsense/],
      [["sysrot"], /sysrot.*sysroot/s],
      [["sysroot-runner", "--jobs", "many"], /number of jobs/],
      [["sysroot-runner", "--bind", "relative:/x"], /not a bind/],
      [["sysroot-builder", "--arch", "vax"], /x86_64, aarch64/],
    ] as const) {
      const { code, error } = await bq2(place, ...args);
      expect(code, args.join(" ")).not.toBe(0);
      expect(error, args.join(" ")).toMatch(pattern);
    }
    const unknown = await bq2(place, "sysroot-builder", "--profile", "gigantic");
    expect([unknown.code, unknown.error]).toEqual([
      1,
      expect.stringMatching(/profile gigantic.*profiles: minimal/),
    ]);
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "host"));
    expect((await bq2(place, "sysroot-runner", "--phase", "dinner")).error).toMatch(
      /Cannot find the phase dinner.*host-setup/,
    );
    expect((await bq2(place, "sysroot-runner", "--package", "gtk")).error).toMatch(
      /Cannot find the step gtk.*musl/,
    );
  });

  test("a missing plan, an unknown seed and a seed that is not an archive are refused", async () => {
    expect((await bq2(place, "sysroot-runner")).error).toMatch(/Cannot find a plan at .*sysroot-builder/);
    const step = { steps: [smallStep("one")] };
    await writeSmallPlan(place, step);
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "gentoo"));
    expect((await bq2(place, "sysroot")).error).toMatch(/Cannot use seed "gentoo".*debian-12/);
    const fake = join(place.folder, "seed.tar.gz");
    writeFileSync(fake, "<html>not found</html>");
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", fake));
    const { code, error } = await bq2(place, "sysroot");
    expect(code).toBe(1);
    expect(error).toMatch(/^bq2: .*seed\.tar\.gz/m);
  });

  test("images from a kernel without EFI stub, too large a rootfs or a hostile tar are refused", async () => {
    const rootfs = join(place.folder, "rootfs");
    mkdirSync(join(rootfs, "etc"), { recursive: true });
    writeFileSync(join(rootfs, "etc/big"), Buffer.alloc(8 << 20, 1));
    writeFileSync(join(place.folder, "kernel"), "no kernel");
    const image = (...args: string[]) =>
      spawnSync(program, ["image", "--direct-kernel", "--output", "disk.qcow2", ...args], {
        encoding: "utf8",
        cwd: place.folder,
      });
    const noStub = image("--rootfs", "rootfs", "--kernel", "kernel");
    expect([noStub.status, noStub.stderr]).toEqual([1, expect.stringMatching(/EFI stub/)]);
    const small = image("--rootfs", "rootfs", "--kernel", EFI_EXECUTABLE, "--size", "70M");
    expect(small.status).toBe(1);
    expect(small.stderr).toMatch(/bytes are needed \(hint: give at least --size [0-9]+M/);
    const tar = spawnSync("tar", ["-cf", "evil.tar", "-P", "--transform", "s|kernel|../../evil|", "kernel"], {
      cwd: place.folder,
    });
    expect(tar.status).toBe(0);
    const hostile = image("--rootfs", "evil.tar", "--kernel", "kernel");
    expect(hostile.status).toBe(1);
    expect(hostile.stderr).toMatch(/evil/);
    expect(readdirSync(place.folder).filter((name) => name.startsWith("disk"))).toEqual([]);
  });
});
