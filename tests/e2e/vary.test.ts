/** A second build under other conditions: outputs that depend on them are found, named and explained. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requireTools } from "../oracle.ts";
import { bq2, expectSuccess, makePlace, type Place, removePlace } from "./bq2.ts";
import { runIn, smallStep, sysrootStep, withActions, writeSmallPlan } from "./small-plan.ts";

const available = requireTools("gcc", "make", "flex", "bison", "bc", "tar", "taskset", "unshare");

describe.skipIf(!available)("verify vary", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  /** A step that writes a shell command's output into a file. */
  function printing(name: string, command: string, needs: readonly string[] = []) {
    const step = smallStep(name, needs);
    const text = `${command} > /bq2-rootfs/usr/bin/${name}`;
    return withActions(step, (actions) => [...actions.slice(0, 3), runIn(step, "/bin/sh", "-c", text)]);
  }

  test("finds nothing if no output depends on what varies", async () => {
    await writeSmallPlan(place, {
      sysroot: [sysrootStep("tool")],
      steps: [smallStep("one"), printing("two", "hostname; umask; id -u; date +%Z")],
    });
    expectSuccess(await bq2(place, "sysroot"));
    const varied = expectSuccess(await bq2(place, "verify", "vary"));
    expect(varied.error).toMatch(/Building two/);
    expect(varied.out).toMatch(/^varied +uid \d+, then 4321$/m);
    expect(varied.out).toMatch(/^equal +sysroot-from-seed\/tool$/m);
    expect(varied.out).toMatch(/^equal +rootfs-from-sysroot\/one$/m);
    expect(varied.out).toMatch(/^equal +finalize-rootfs\/rootfs-tarball$/m);
  });

  test("names the first differing step, its file and the reason, then the steps built from it", async () => {
    const boot = printing("boot", "cut -d. -f1 /proc/uptime | cut -c1-3");
    await writeSmallPlan(place, {
      steps: [smallStep("one"), boot, printing("two", "cat /usr/bin/boot; nproc", ["boot"])],
    });
    expectSuccess(await bq2(place, "sysroot"));
    const varied = await bq2(place, "verify", "vary");
    expect(varied.code).toBe(1);
    expect(varied.out).toMatch(/^differs +rootfs-from-sysroot\/boot +\/usr\/bin\/boot: different content/m);
    expect(varied.out).toMatch(/^follows +rootfs-from-sysroot\/two/m);
    expect(varied.error).toMatch(
      /The first step that differs is rootfs-from-sysroot\/boot: .*different bytes, first at byte/,
    );
  });
});
