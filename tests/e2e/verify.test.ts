/** Checks of finished builds: clean or not, equal or not, where the time went. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requireTools } from "../oracle.ts";
import { bq2, expectSuccess, makePlace, type Place, removePlace } from "./bq2.ts";
import { smallStep, writeSmallPlan } from "./small-plan.ts";

const available = requireTools("gcc", "make", "flex", "bison", "bc", "tar");

describe.skipIf(!available)("a finished build", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  test("is equal to another one, or the first differing file is named", async () => {
    const other = { ...place, workdir: join(place.folder, "other") };
    const one = smallStep("one");
    await writeSmallPlan(place, { steps: [one, smallStep("two")] });
    await writeSmallPlan(other, {
      steps: [one, { ...smallStep("two", ["one"]), owners: { "usr/bin/two": { uid: 7, gid: 0 } } }],
    });
    expectSuccess(await bq2(place, "sysroot"));
    expectSuccess(await bq2(other, "sysroot"));
    const compared = await bq2(place, "verify", "same", other.workdir);
    expect(compared.code).toBe(1);
    expect(compared.out).toMatch(/^equal +rootfs-from-sysroot\/one$/m);
    expect(compared.out).toMatch(/^differs +rootfs-from-sysroot\/two +\/usr\/bin\/two: owner 0:0, and 7:0$/m);
    expect(compared.error).toMatch(/1 of \d packages differ/);
  });

  test("with another compiler's names in its files is not clean; its timings are shown", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one", [], 1)] });
    expectSuccess(await bq2(place, "sysroot"));
    // The seed's C library is linked in, and contains the path of its plug-ins.
    const looked = await bq2(place, "verify", "rootfs");
    expect(looked.code).toBe(1);
    expect(looked.out).toMatch(/^rootfs-from-sysroot\/one: \/usr\/bin\/one names x86_64-linux-gnu$/m);
    const told = expectSuccess(await bq2(place, "timings"));
    expect(told.out).toMatch(/^ +[1-9][0-9.]+ +(?!0\.0 )[0-9.]+ +[1-9]\d* {2}rootfs-from-sysroot\/one$/m);
    expect(told.out).toMatch(/^Programs ran for [0-9.]+ s and kept (?!0\.00)[0-9.]+ processors busy/m);
    expect(told.out).toMatch(/^Critical path$/m);
  });
});
