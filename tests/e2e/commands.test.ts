/** The commands around the build, as a user calls them. */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Overrides } from "../../src/plan/overrides.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { requireTools } from "../oracle.ts";
import {
  bq2,
  digests,
  documents,
  expectSuccess,
  makePlace,
  type Place,
  projectFolder,
  readJson,
  removePlace,
} from "./bq2.ts";
import { smallStep, writeSmallPlan } from "./small-plan.ts";

describe.skipIf(!requireTools("gcc", "unshare", "tar"))("commands", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  const call = (program: string, ...args: string[]) =>
    spawnSync(program, args, {
      encoding: "utf8",
      cwd: place.folder,
      env: { ...process.env, BQ2_CACHE: place.cache },
    });

  test("bq2 alone prints the build's status and the help; --install makes links that dispatch", async () => {
    const alone = call(join(projectFolder, "bin/bq2"));
    expect([alone.status, alone.stdout]).toEqual([
      0,
      expect.stringMatching(/^workspace=.*\nresume_stage=plan-write\n/),
    ]);
    expect(alone.stdout).toMatch(/COMMANDS[\s\S]*sysroot-runner/);
    const links = join(place.folder, "links");
    expect(call(join(projectFolder, "bin/bq2"), "--install", links).stdout).toMatch(
      /links\/sysroot-builder\n/,
    );
    expect(lstatSync(join(links, "sysroot-status")).isSymbolicLink()).toBe(true);
    const builder = call(join(links, "sysroot-builder"), "--seed", "host");
    expect(builder.stdout).toMatch(
      /^Prepared sysroot workspace at .*data\/sysroot\nWrote build plan at .*\/sysroot-build-plan\.json\n$/,
    );
    const status = call(join(links, "sysroot-status"), "--json");
    expect(JSON.parse(status.stdout)).toMatchObject({
      next_phase: "host-setup",
      next_step: "download-sources",
    });
    writeFileSync(join(links, "boot.txt"), "");
    expect(call(join(projectFolder, "bin/bq2"), "--install", links).status).toBe(0);
  });

  test("the plan is the same when made again, and through another path of the same folder", async () => {
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "host"));
    const first = readFileSync(documents(place, "plan"));
    expectSuccess(
      await bq2({ ...place, workdir: join(place.folder, "elsewhere") }, "sysroot-builder", "--seed", "host"),
    );
    expect(readFileSync(documents({ ...place, workdir: join(place.folder, "elsewhere") }, "plan"))).toEqual(
      first,
    );
  });

  test("overrides describe what today's code plans differently, or an error says why not", async () => {
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "host"));
    const none = expectSuccess(await bq2(place, "sysroot-builder-overrides"));
    expect(none.out).toMatch(/^Wrote build plan overrides to .*\nOverrides phases=0\n$/);
    // A plan that older code might have written: another flag for busybox, no kernel yet.
    const plan = readJson<Plan>(documents(place, "plan"));
    const phase = plan.phases.find(({ name }) => name === "rootfs-from-sysroot");
    const busybox = phase?.steps.find(({ name }) => name === "busybox");
    if (phase === undefined || busybox?.build.kind !== "kbuild") throw new Error("no busybox");
    busybox.build.flags.push("V=1");
    phase.steps = phase.steps.filter(({ name }) => name !== "linux");
    writeFileSync(documents(place, "plan"), JSON.stringify(plan));
    expect(expectSuccess(await bq2(place, "sysroot-builder-overrides")).out).toMatch(/^Overrides phases=1$/m);
    const { phases } = readJson<Overrides>(documents(place, "overrides"));
    expect(Object.keys(phases["rootfs-from-sysroot"]?.steps ?? {})).toEqual(["busybox"]);
    expect(phases["rootfs-from-sysroot"]?.add?.map(({ after, step }) => [after, step.name])).toEqual([
      ["efi", "linux"],
    ]);
    const dry = expectSuccess(
      await bq2(place, "sysroot-runner", "--dry-run", "--package", "busybox", "--package", "linux"),
    );
    expect(dry.out).toMatch(/rootfs-from-sysroot\/linux\n[\s\S]*make -j\{jobs\} .* bzImage\n/);
    expect(dry.out).not.toMatch(/V=1/);

    plan.pins[0]?.archives.forEach((archive) => {
      archive.sha256 = "0".repeat(64);
    });
    writeFileSync(documents(place, "plan"), JSON.stringify(plan));
    const refused = await bq2(place, "sysroot-builder-overrides");
    expect([refused.code, refused.error]).toEqual([
      1,
      expect.stringMatching(/as overrides: pins differs.*--no-resume/),
    ]);
  });

  test("sysroot-builder --output and sysroot-tarball give the same tarball", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one")] });
    const file = join(place.folder, "rootfs.tar.gz");
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "host", "--output", file));
    expect(spawnSync("tar", ["-tzf", file], { encoding: "utf8" }).stdout).toMatch(/usr\/bin\/one$/m);
    const again = expectSuccess(await bq2(place, "sysroot-tarball"));
    const [digest] = Object.values(digests(place));
    expect(again.out).toContain(`${digest}  (sha256 of the .tar)`);
    expect(readFileSync(join(place.workdir, "output/bq2-rootfs-0.1.0-x86_64.tar.gz"))).toEqual(
      readFileSync(file),
    );
  });

  test("sources: listed with their origins, fetched from a mirror only if they match, verified", async () => {
    expectSuccess(await bq2(place, "sysroot-builder", "--seed", "host"));
    expect(expectSuccess(await bq2(place, "sources", "list")).out).toMatch(
      /^musl-1\.2\.5\.tar\.gz {2}missing {2}1080786 bytes\n {2}sha256 {2}a9a118b/m,
    );
    const unverified = await bq2(place, "sources", "verify");
    expect([unverified.code, unverified.error]).toEqual([
      1,
      expect.stringMatching(/(\d+) of \1 archives are missing or damaged/),
    ]);
    // A mirror with the wrong bytes under the right name.
    writeFileSync(join(place.folder, "musl-1.2.5.tar.gz"), "<!doctype html>");
    const wrong = await bq2(
      place,
      "sysroot-runner",
      "--phase",
      "host-setup",
      "--offline",
      "--mirror",
      place.folder,
    );
    expect(wrong.code).toBe(1);
    expect(wrong.error).toMatch(/musl-1\.2\.5\.tar\.gz/);
    expect(existsSync(join(place.workdir, "sources/musl-1.2.5.tar.gz"))).toBe(false);
  });

  test("doctor finds that this machine can build", async () => {
    expect(expectSuccess(await bq2(place, "doctor")).out).toMatch(/^ok +user namespaces: works$/m);
  });
});
