/** A store that was tampered with: what builds and `verify store` do about it. */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { State } from "../../src/plan/state.ts";
import { requireTools } from "../oracle.ts";
import {
  bq2,
  digests,
  documents,
  expectSuccess,
  makePlace,
  type Place,
  readJson,
  removePlace,
} from "./bq2.ts";
import { SMALL_PHASE, smallStep, writeSmallPlan } from "./small-plan.ts";

const available = requireTools("gcc", "make", "flex", "bison", "bc", "tar");

describe.skipIf(!available)("a damaged store", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => removePlace(place));

  /** Changes a byte and restores the file's time. */
  function tamper(path: string): void {
    const { atime, mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  }

  test("a changed program is reported and rebuilt, and reaches no artifact", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one"), smallStep("two", ["one"])] });
    expectSuccess(await bq2(place, "sysroot"));
    const before = digests(place);
    const output = readJson<State>(documents(place, "state")).done[`${SMALL_PHASE}/one`]?.output ?? "";
    const program = join(place.cache, "store/outputs", output, "usr/bin/one");
    const good = readFileSync(program);
    tamper(program);

    const verified = await bq2(place, "verify", "store");
    expect(verified.code).toBe(1);
    expect(verified.out).toContain(`output ${program}: found sha256 `);

    // Without the state, the tarball is made again from the store's trees.
    rmSync(documents(place, "state"));
    const again = expectSuccess(await bq2(place, "sysroot"));
    expect(again.error).toContain(`WARN - Damaged: ${program}: found sha256 `);
    expect(again.error.match(/Building (\w+)/g)).toEqual(
      expect.arrayContaining(["Building one", "Building rootfs"]),
    );
    expect(again.error).toMatch(/Finished two \(its output was in the store\)/);
    expect(readFileSync(program)).toEqual(good);
    expect(readdirSync(join(place.cache, "store/outputs"))).toContain(`${output}.damaged`);
    expect(digests(place)).toEqual(before);
    expectSuccess(await bq2(place, "verify", "store"));
  });

  test("a tarball that was changed or truncated after the build is written again", async () => {
    await writeSmallPlan(place, { steps: [smallStep("one")] });
    expectSuccess(await bq2(place, "sysroot"));
    const [name = ""] = readdirSync(join(place.workdir, "output")).filter((file) => file.endsWith(".tar.gz"));
    const tarball = join(place.workdir, "output", name);
    const good = readFileSync(tarball);
    for (const damage of [() => tamper(tarball), () => writeFileSync(tarball, good.subarray(0, 100))]) {
      damage();
      const again = expectSuccess(await bq2(place, "sysroot"));
      expect(again.error).toContain(`WARN - Damaged: ${tarball}: found sha256 `);
      expect(readFileSync(tarball)).toEqual(good);
    }
    expect(expectSuccess(await bq2(place, "sysroot")).error).not.toMatch(/Building|Damaged/);
  });
});
